/* lull/knowledge.h - the knowledge files that the build embeds (made by tools/embed.c). */
#ifndef LULL_KNOWLEDGE_H
#define LULL_KNOWLEDGE_H

#include "lull/base/files.h"

extern const struct lull_file lull_embedded_files[];
extern const size_t lull_n_embedded_files;

#endif
