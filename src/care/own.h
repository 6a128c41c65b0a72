/* own.h - schemas that files of this room share. */
#ifndef LULL_CARE_OWN_H
#define LULL_CARE_OWN_H

#include "lull/base/schema.h"

extern const struct lull_schema lull_care__vial_schema, lull_care__card_schema;

#endif
