"""The desktop: what starts with the session, and what is seen of Chathold there."""
