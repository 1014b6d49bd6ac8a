/* Who hears what a flow says. */
#include "contact/journey_tellers.h"

static bool agent_joined_by(const struct leg_story *leg, int64_t time)
{
    for (size_t i = 0; i < leg->milestones; i++)
        if (leg->milestone[i].kind == STAGE_AGENT)
            return leg->milestone[i].time <= time;
    return false;
}

enum hearer hearer_of(const struct leg_story *leg, const struct moment *moment)
{
    enum flow_role role = leg->run[moment->run].role;
    if (role_is_agents(role))
        return HEARD_BY_AGENT;
    if (role == ROLE_CUSTOMER_HOLD)
        return HEARD_BY_CUSTOMER;
    bool handed_over = leg->left_alone && leg->left_alone <= moment->time;
    if (leg_is_method(leg, "TRANSFER") && leg->channel == CHANNEL_VOICE && !handed_over &&
        !agent_joined_by(leg, moment->time))
        return HEARD_BY_TRANSFERRER;
    return HEARD_BY_CUSTOMER;
}

void say_hearer(struct teller *teller, enum hearer hearer)
{
    if (hearer == HEARD_BY_AGENT)
        say_agent(&teller->did, teller->leg, "The agent");
    else
        say_agent(&teller->did, leg_before(teller, teller->leg), "The transferring agent");
}
