"""The tray: one menu, described once with pystray's `Menu` and `MenuItem`, shown in the way each desktop has for it.

    menus             pystray's classes, also where pystray itself finds no way to show an icon
    showing           which way is taken here, and what a tray promises
    status_notifier   the way of Linux desktops: an icon that is D-Bus objects alone, with no toolkit and no display
    dbus_menu         the menu of that icon
    toolkit           pystray's own ways: Windows, and GTK where there is no other

No tray is a normal state: `Tray.why` says so, and all else works.
"""

from chathold_service.tray.menus import Menu, MenuItem
from chathold_service.tray.showing import Look, Tray, best_tray

__all__ = ["Look", "Menu", "MenuItem", "Tray", "best_tray"]
