"""The working calendar as it is kept: plans and local days, each step an event of the stream `calendar/<region>`."""
