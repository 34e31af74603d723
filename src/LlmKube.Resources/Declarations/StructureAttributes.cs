namespace LlmKube.Resources.Declarations;

/// <summary>Server-side apply merges the list's items by these keys.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListMapKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>
/// Server-side apply takes the object as one value. An object of a status that may go away again needs it: where all of its fields are
/// taken back one by one, API servers are left with a null, which they then refuse.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtomicAttribute : Attribute;

/// <summary>
/// A rule across fields, in the expression language of <c>x-kubernetes-validations</c>. A real API server evaluates it;
/// the same meaning is in this assembly's validation for the one that cannot.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true)]
public sealed class CelAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;

    public string Message { get; } = message;
}

/// <summary>The JSON is the named core/v1 structure, carried through unread; of a list or a map, each value is.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CoreTypeAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The field takes more than one JSON type, so the CRD leaves it open and the code checks it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UnstructuredAttribute : Attribute;
