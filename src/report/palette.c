/* The colours by token; the list itself stands in palette.h. */
#include "lull/report/palette.h"

static const uint32_t rgb_of[LULL_N_COLORS] = {
#define LULL_X(token, name, rgb) [LULL_COLOR_##token] = rgb,
	LULL_PALETTE(LULL_X)
#undef LULL_X
};

static const char *const name_of[LULL_N_COLORS] = {
	"none",
#define LULL_X(token, name, rgb) name,
	LULL_PALETTE(LULL_X)
#undef LULL_X
};

uint32_t lull_color_rgb(enum lull_color color)
{
	return rgb_of[color];
}

const char *lull_color_name(enum lull_color color)
{
	return name_of[color];
}
