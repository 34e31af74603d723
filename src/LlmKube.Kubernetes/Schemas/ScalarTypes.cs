namespace LlmKube.Kubernetes.Schemas;

/// <summary>The types that a table names without defining them: JSON's scalars, and Kubernetes' own scalars with their formats.</summary>
public static class ScalarTypes
{
    /// <summary>Definition name of a resource quantity: a number, or a string such as <c>512Mi</c>.</summary>
    public const string QuantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity";

    /// <summary>Definition name of a value that is an integer or a string.</summary>
    public const string IntOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private static readonly Schema s_string = new() { Type = "string" };

    private static readonly Schema s_integer = new() { Type = "integer" };

    /// <summary>A resource quantity.</summary>
    public static Schema Quantity { get; } = new()
    {
        Name = QuantityName,
        IntOrString = true,
        AnyOf = [s_integer, s_string],
        Pattern = @"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
    };

    /// <summary>An integer or a string.</summary>
    public static Schema IntOrString { get; } = new() { Name = IntOrStringName, IntOrString = true, AnyOf = [s_integer, s_string] };

    /// <summary>A time with whole seconds.</summary>
    public static Schema Time { get; } = new() { Name = "io.k8s.apimachinery.pkg.apis.meta.v1.Time", Type = "string", Format = "date-time" };

    /// <summary>A time with microseconds, which leases and events use.</summary>
    public static Schema MicroTime { get; } = new() { Name = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", Type = "string", Format = "date-time" };

    /// <summary>Any JSON value, kept as it is.</summary>
    public static Schema Any { get; } = new() { PreserveUnknownFields = true };

    private static readonly Schema s_int32 = new() { Type = "integer", Format = "int32" };
    private static readonly Schema s_int64 = new() { Type = "integer", Format = "int64" };
    private static readonly Schema s_number = new() { Type = "number", Format = "double" };
    private static readonly Schema s_boolean = new() { Type = "boolean" };
    private static readonly Schema s_bytes = new() { Type = "string", Format = "byte" };

    internal static Schema? Find(string name) => name switch
    {
        "string" => s_string,
        "int32" => s_int32,
        "int64" => s_int64,
        "number" => s_number,
        "bool" => s_boolean,
        "bytes" => s_bytes,
        "quantity" => Quantity,
        "intstr" => IntOrString,
        "time" => Time,
        "microtime" => MicroTime,
        "any" => Any,
        _ => null,
    };
}
