namespace LlmKube.ApiServer.Apply;

/// <summary>The fields that nobody owns: those that the server writes, and those that the request's path cannot write.</summary>
internal static class UntrackedFields
{
    /// <summary>The metadata that the server itself writes or that makes up the object's identity.</summary>
    private static readonly string[] s_systemMetadata =
    [
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "selfLink", "generation", "managedFields",
        "deletionTimestamp", "deletionGracePeriodSeconds",
    ];

    private static readonly FieldSet s_system = s_systemMetadata.Aggregate(
        FieldSet.OfPath("f:apiVersion").Union(FieldSet.OfPath("f:kind")),
        (set, name) => set.Union(FieldSet.OfPath("f:metadata", PathElement.Field(name))));

    private static readonly FieldSet s_status = FieldSet.OfPath("f:status");

    private static readonly FieldSet s_metadata = FieldSet.OfPath("f:metadata");

    public static bool IsSystemMetadata(string name) => s_systemMetadata.Contains(name, StringComparer.Ordinal);

    /// <summary>Takes the server's own fields out of what someone owns.</summary>
    public static FieldSet WithoutSystemFields(FieldSet fields) => fields.ExceptTrees(s_system).Except(s_metadata);

    /// <summary>What a request cannot write, by the path that it came through: status here, all but status there.</summary>
    public static FieldSet Of(ApplyContext context, IEnumerable<string> members)
    {
        if (context.Subresource == "status")
        {
            return members.Where(member => member != "status").Select(member => FieldSet.OfPath(PathElement.Field(member)))
                .Aggregate(FieldSet.Empty, (all, one) => all.Union(one));
        }

        return context.StatusIsSubresource ? s_status : FieldSet.Empty;
    }
}
