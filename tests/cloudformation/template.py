"""A CloudFormation template with its conditions resolved for given parameters, and its policies as questions to ask."""
import fnmatch
import re

import yaml

ACCOUNT, REGION, PARTITION = "123456789012", "eu-west-2", "aws"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": PARTITION, "AWS::StackName": "stack",
          "AWS::URLSuffix": "amazonaws.com"}
NOTHING = object()


class Loader(yaml.SafeLoader):
    """Short forms of the functions as their long ones."""


def function(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", function)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


class Stack:
    """References to resources become "{NAME}", attributes of them "{NAME.Attribute}"."""

    def __init__(self, template, **parameters):
        self.template = template
        self.values = {name: str(p["Default"]) for name, p in template["Parameters"].items() if "Default" in p}
        self.values.update(parameters)
        self.resources = {name: self.resolve(resource) for name, resource in template["Resources"].items()
                          if self.holds(resource.get("Condition"))}
        self.outputs = {name: self.resolve(output["Value"]) for name, output in template.get("Outputs", {}).items()
                        if self.holds(output.get("Condition"))}

    def holds(self, condition):
        if condition is None:
            return True
        if isinstance(condition, str):
            return self.holds(self.template["Conditions"][condition])
        (word, value), = condition.items()
        if word == "Condition":
            return self.holds(value)
        if word == "Fn::Equals":
            left, right = map(self.resolve, value)
            return str(left) == str(right)
        return {"Fn::Not": lambda: not self.holds(value[0]), "Fn::And": lambda: all(map(self.holds, value)),
                "Fn::Or": lambda: any(map(self.holds, value))}[word]()

    def of(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        return PSEUDO.get(name, self.values.get(name, "{%s}" % name))

    def resolve(self, value):
        if isinstance(value, list):
            return [v for v in map(self.resolve, value) if v is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (word, inner), = value.items()
            if word == "Ref":
                return self.of(inner)
            if word == "Fn::GetAtt":
                return "{%s}" % ".".join(inner)
            if word == "Fn::If":
                return self.resolve(inner[1] if self.holds(inner[0]) else inner[2])
            if word == "Fn::FindInMap":
                return self.template["Mappings"][inner[0]][inner[1]][inner[2]]
            if word == "Fn::Sub":
                text, own = inner if isinstance(inner, list) else (inner, {})
                own = {name: self.resolve(v) for name, v in own.items()}
                return re.sub(r"\$\{([^}]+)\}", lambda m: str(own.get(m[1], self.of(m[1]))), text)
        resolved = {name: self.resolve(v) for name, v in value.items()}
        return {name: v for name, v in resolved.items() if v is not NOTHING}

    def typed(self, kind):
        return {name: r["Properties"] for name, r in self.resources.items() if r["Type"] == f"AWS::{kind}"}

    def statements(self, role):
        """All of a role: its own, of the managed policies it has, and of policies put on it."""
        found = []
        properties = self.resources[role]["Properties"]
        for policy in properties.get("Policies", []):
            found += policy["PolicyDocument"]["Statement"]
        for reference in properties["ManagedPolicyArns"]:
            found += self.policy(reference.strip("{}"))
        for policy in self.typed("IAM::Policy").values():
            if "{%s}" % role in policy["Roles"]:
                found += policy["PolicyDocument"]["Statement"]
        return found

    def policy(self, name):
        return self.resources[name]["Properties"]["PolicyDocument"]["Statement"]


def listed(value):
    return value if isinstance(value, list) else [value]


def pairs(statements):
    """Every (action, resource) that is allowed."""
    assert all(s["Effect"] == "Allow" for s in statements), statements
    return {(a, r) for s in statements for a in listed(s["Action"]) for r in listed(s["Resource"])}


def allowed(statements, action, resource):
    return any(fnmatch.fnmatchcase(action, a) and fnmatch.fnmatchcase(resource, r) for a, r in pairs(statements))


def matches(pattern, event):
    """EventBridge's rule: each member named is there, and one of its values fits one of those listed."""
    for name, wanted in pattern.items():
        if name not in event:
            return False
        if isinstance(wanted, dict):
            if not isinstance(event[name], dict) or not matches(wanted, event[name]):
                return False
        elif not any(value in wanted for value in listed(event[name])):
            return False
    return True
