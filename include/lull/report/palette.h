/* lull/report/palette.h - the one list of colours: charts, letters and web pages use these tokens.
 *
 * Calm, one accent. Chosen so that the order of each scale survives grey printing and
 * the common colour-vision deficiencies (scales rise in lightness; no pair is told
 * apart by red against green); texts reach 4.5:1 on paper. Colour never carries a
 * meaning alone: shape or a word goes with it. */
#ifndef LULL_REPORT_PALETTE_H
#define LULL_REPORT_PALETTE_H

#include <stdint.h>

/* token, name for CSS, 0xRRGGBB */
#define LULL_PALETTE(X)                                                              \
	X(PAPER, "paper", 0xFFFFFF)                                                  \
	X(INK, "ink", 0x1C2A30)                                                      \
	X(INK_SOFT, "ink-soft", 0x4A5B63)                                            \
	X(INK_FAINT, "ink-faint", 0x667379)                                          \
	X(HAIRLINE, "hairline", 0xD3DADD)                                            \
	X(GROUND, "ground", 0xF4F7F7)                                                \
	X(ACCENT, "accent", 0x0F5A66)                                                \
	X(ACCENT_MID, "accent-mid", 0x5B97A0)                                        \
	X(ACCENT_PALE, "accent-pale", 0xDDEBED)                                      \
	X(CAUTION, "caution", 0x8A5208)                                              \
	X(CAUTION_PALE, "caution-pale", 0xFAF2E4)                                    \
	X(STOP, "stop", 0x8C2F2B)                                                    \
	X(STOP_PALE, "stop-pale", 0xF8ECEA)                                          \
	X(DAY_FREE, "day-free", 0xDCE7E9)       /* a recorded headache-free day    */ \
	X(DAY_UNRATED, "day-unrated", 0xF4E8D6) /* headache, no severity recorded  */ \
	X(DAY_MILD, "day-mild", 0xF0D0A2)                                            \
	X(DAY_MODERATE, "day-moderate", 0xD98B45)                                    \
	X(DAY_SEVERE, "day-severe", 0x933A1C)                                        \
	X(INFUSION, "infusion", 0x5D4A86)                                            \
	X(WITH, "with-drug", 0x0F5A66)                                               \
	X(WITH_MID, "with-drug-mid", 0x8FBFC6)                                       \
	X(WITH_PALE, "with-drug-pale", 0xD2E5E8)                                     \
	X(WITHOUT, "without-drug", 0x7A6A5C)                                         \
	X(WITHOUT_MID, "without-drug-mid", 0xCDC3BA)                                 \
	X(WITHOUT_PALE, "without-drug-pale", 0xEAE5E0)                               \
	X(VENOUS, "venous", 0x35528C)                                                \
	X(VENOUS_MID, "venous-mid", 0x9DAFD4)                                        \
	X(VENOUS_PALE, "venous-pale", 0xDBE2F1)

/* LULL_COLOR_NONE paints nothing. */
enum lull_color {
	LULL_COLOR_NONE,
#define LULL_X(token, name, rgb) LULL_COLOR_##token,
	LULL_PALETTE(LULL_X)
#undef LULL_X
	LULL_N_COLORS
};

uint32_t lull_color_rgb(enum lull_color color);
const char *lull_color_name(enum lull_color color); /* "accent-pale"; "none" */

#endif
