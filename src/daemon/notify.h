/* SPDX-License-Identifier: MIT */
/* The service manager's notification socket (sd_notify(3)'s protocol), without its library. */
#pragma once

/* Sends "READY=1\nSTATUS=..." and the like to $NOTIFY_SOCKET; nothing happens where there is none.
 */
void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "RELOADING=1" with the monotonic time that goes with it. */
void notify_reloading(void);
