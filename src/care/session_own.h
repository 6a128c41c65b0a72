/* session_own.h - what the files of a session share. */
#ifndef LULL_CARE_SESSION_OWN_H
#define LULL_CARE_SESSION_OWN_H

#include "lull/care/session.h"

#define LULL_MS_PER_MIN 60000
#define LULL_MS_PER_H 3600000.0

const struct lull_session_rule *lull_session__rule(const struct lull_session_kb *kb, const char *id);
/* May this event follow? Nothing is changed. */
LULL_NODISCARD int lull_session__gate(const struct lull_session *s, const struct lull_session_event *e,
				      const struct lull_session_rule **rule, struct lull_err *err);
/* mg given by t, never more than was drawn and is not elsewhere; when the container runs dry. */
double lull_session__given(const struct lull_session_fold *f, int64_t t_ms);
double lull_session__capacity(const struct lull_session_fold *f);

/* session_signs.c: alarm rows against one set of signs. */
void lull_session__signs(const struct lull_session_kb *kb, struct lull_session_fold *f,
			 const struct lull_ev_signs *signs, int64_t at_ms);
bool lull_session__is_complete(const struct lull_ev_signs *signs);
/* When the next full set is due; 0: none. */
int64_t lull_session__due(const struct lull_session_kb *kb, const struct lull_session_fold *f);

/* What is missing, in the order of the day; returns how many (at most max are written). */
size_t lull_session__missing_to_start(const struct lull_session *s, lull_day day, int64_t at_ms,
				      struct lull_session_missing *out, size_t max);
size_t lull_session__missing_to_leave(const struct lull_session *s, int64_t at_ms, bool escort, bool sheet,
				      struct lull_session_missing *out, size_t max);
size_t lull_session__missing_today(const struct lull_session *s, lull_day day, struct lull_session_missing *out,
				   size_t max);
bool lull_session__is_over(const struct lull_session *s, int64_t at_ms);
const struct lull_rescue_card *lull_session__card(const struct lull_session_kb *kb, const char *id);

#endif
