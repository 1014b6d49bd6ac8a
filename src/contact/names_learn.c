#include "contactwatch/json.h"
#include "contactwatch/names.h"

static void learn(struct names *names, const cJSON *object, const char *id_key,
                  const char *name_key)
{
    const char *id = json_text(object, id_key), *name = json_text(object, name_key);
    if (id && name)
        names_set(names, id, name, NAME_LEARNED);
}

void names_learn(struct names *names, const cJSON *body)
{
    learn(names, body, "ContactFlowId", "ContactFlowName");
    learn(names, body, "AgentARN", "AgentName");
    learn(names, json_get(json_get(body, "Contact"), "Queue"), "ARN", "Name");
    learn(names, json_get(json_get(body, "ContactData"), "Queue"), "ARN", "Name");
}
