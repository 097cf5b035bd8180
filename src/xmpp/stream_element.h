/* SPDX-License-Identifier: MIT */
/* Inside a stream: what is done with each negotiation element. For stream*.c alone. */
#pragma once

#include "xmpp/stream_private.h"

/* What to do with an element; called with s->element set. STREAM_WAIT: nothing for the owner. */
typedef enum stream_event stream_element_fn(struct stream *s, const struct xml_element *e);
stream_element_fn stream_on_features, stream_on_error;
stream_element_fn stream_on_starttls, stream_on_proceed, stream_on_tls_failure;
stream_element_fn stream_on_auth, stream_on_response, stream_on_abort;
stream_element_fn stream_on_challenge, stream_on_success, stream_on_sasl_failure;
stream_element_fn stream_on_db_result, stream_on_db_verify;
