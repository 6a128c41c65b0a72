/* lull/base/code.h - result codes, and what lets one header serve C and C++.
 *
 * Part of the stable interface (lull/lull.h): a code keeps its number and its meaning. */
#ifndef LULL_BASE_CODE_H
#define LULL_BASE_CODE_H

#if defined(__GNUC__)
#define LULL_NODISCARD __attribute__((warn_unused_result))
#else
#define LULL_NODISCARD
#endif

/* Around the declarations of every installed header. */
#ifdef __cplusplus
#define LULL_BEGIN_C extern "C" {
#define LULL_END_C }
#else
#define LULL_BEGIN_C
#define LULL_END_C
#endif

/* One list for codes and texts. */
#define LULL_ERRORS(X)                                                     \
	X(LULL_EDOMAIN, -1, "value outside its valid range")               \
	X(LULL_EPARSE, -2, "input could not be parsed")                    \
	X(LULL_ENOTFOUND, -3, "no such thing")                             \
	X(LULL_ENOMEM, -4, "out of memory")                                \
	X(LULL_ELIMIT, -5, "a named ceiling was reached")                  \
	X(LULL_EIO, -6, "a file could not be read or written")             \
	X(LULL_EUNSUPPORTED, -7, "not possible with this model or machine") \
	X(LULL_ECONFLICT, -8, "two inputs contradict each other")          \
	X(LULL_ESTOPPED, -9, "stopped as asked")                           \
	X(LULL_EDENIED, -10, "not allowed for this person")

enum lull_code {
	LULL_OK = 0,
#define LULL_X(name, value, text) name = value,
	LULL_ERRORS(LULL_X)
#undef LULL_X
};

#endif
