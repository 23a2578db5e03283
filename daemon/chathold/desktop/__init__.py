"""Chathold on the desktop: the daemon's doings become an icon, a menu and notices, and clicks become its doings.

    view        how things are now, in one value: what the icon, its menu and its words say
    words       that in words
    menu        the tray's menu, described once
    unseen      what is to be told, gathered until somebody sees it
    notices     notices in words, with what their buttons do
    acting      what a click does
    opening     the reader's pages, and the services', in the browser
    running     the thread in which all this lives, and its tick

How a desktop is spoken to, `chathold_service` knows. Without a desktop all else works, and `status` says so.
"""
