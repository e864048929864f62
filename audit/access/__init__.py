"""The access log: who read which personal data or took them out, when, through which post and for what.

Not the hash chain itself: a busy page reads personal data many times a minute, each append to a chain waits for the
one before, and lines go after the retention, which a chain never allows. Instead the lines are sealed in sections: an
event of the stream `access/log` holds their number and hash, and `verify_audit` computes both again.
"""

STREAM = "access/log"
