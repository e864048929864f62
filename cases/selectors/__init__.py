"""What people read: every function takes the actor first and returns only what that actor may see.

Hot lists are raw SQL that returns plain dictionaries, driven from the visibility table or from the tasks, never from
a condition on all cases. Both the API and the pages read through here and nowhere else.
"""
