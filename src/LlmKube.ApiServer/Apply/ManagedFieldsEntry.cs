namespace LlmKube.ApiServer.Apply;

/// <summary>One entry of <c>metadata.managedFields</c>: who owns which fields through which kind of request.</summary>
internal sealed record ManagedFieldsEntry
{
    public const string ApplyOperation = "Apply";
    public const string UpdateOperation = "Update";

    public required string Manager { get; init; }

    public required string Operation { get; init; }

    public required string ApiVersion { get; init; }

    public string? Subresource { get; init; }

    /// <summary>When the entry last changed, as text, so that it is written back as it was read.</summary>
    public string? Time { get; init; }

    public required FieldSet Fields { get; init; }

    public bool IsApply => Operation == ApplyOperation;

    /// <summary>Entries with one identity are one owner. An applier stays itself when it moves to another API version.</summary>
    public (string Manager, string Operation, string ApiVersion, string Subresource) Identity =>
        (Manager, Operation, IsApply ? "" : ApiVersion, Subresource ?? "");

    /// <summary>The owner as conflict messages name it.</summary>
    public string Display
    {
        get
        {
            var owner = CanonicalJson.Write(Manager);
            if (!string.IsNullOrEmpty(Subresource))
            {
                owner += $" with subresource {CanonicalJson.Write(Subresource)}";
            }

            if (IsApply)
            {
                return owner;
            }

            return Time is null ? $"{owner} using {ApiVersion}" : $"{owner} using {ApiVersion} at {Time}";
        }
    }
}
