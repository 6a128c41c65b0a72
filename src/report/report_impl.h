/* report_impl.h - what the files of report/ share: the door to pango, text without its inline
 * marks, numbers of drawings. */
#ifndef LULL_REPORT_IMPL_H
#define LULL_REPORT_IMPL_H

#include <pango/pangocairo.h>
#include "lull/report/scene.h"

/* Inline marks of scene.h as characters. */
enum { LULL_REPORT__STRONG = 1, LULL_REPORT__FAINT = 2, LULL_REPORT__PLAIN = 3 };

/* A layout of one text in one type, not broken; borrowed until the next call. text must hold no
 * control characters. */
PangoLayout *lull_report__layout(struct lull_fonts *fonts, const struct lull_type *type,
				 const char *text, size_t n);

/* Copies text without control characters into out (room for strlen + 1). Returns the length. */
size_t lull_report__clean(const char *text, char *out);

/* Coordinates with at most two decimals, trailing zeros cut, never "-0". */
void lull_report__coord(struct lull_buf *out, double value);

#endif
