#include "commands/command.h"

const struct option_spec option_specs[OPTION_COUNT] = {
#define OPTION(id, name, letter, type, argument, initial, choices, minimum, maximum, variable,     \
               on_commands, help)                                                                  \
    [OPT_##id] = {name,    letter,  type,     argument,    initial, choices,                       \
                  minimum, maximum, variable, on_commands, help},
#include "commands/options.def"
#undef OPTION
};
