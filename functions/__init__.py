"""One blueprint per event. Handlers parse, make one call, and write one log line.

The domain is imported inside the handlers: a cold start pays only for what its event needs, and an
import that fails is one function's failure instead of none being found.
"""
