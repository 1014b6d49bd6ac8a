/* contactwatch: the entry point. Commands are declared in commands/. */
#include <stdio.h>

int main(void)
{
    puts("contactwatch " CONTACTWATCH_VERSION);
    return 0;
}
