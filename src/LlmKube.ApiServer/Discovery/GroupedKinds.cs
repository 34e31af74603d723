using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Discovery;

/// <summary>The served kinds by group and version: groups in the order they came, a group's versions with the preferred one first.</summary>
internal sealed record GroupedKinds(IReadOnlyList<ApiGroup> Groups)
{
    public static GroupedKinds Of(IEnumerable<ServedKind> kinds) => new(
    [
        .. kinds.GroupBy(k => k.Definition.Group, StringComparer.Ordinal).Select(group => new ApiGroup(
            group.Key,
            [
                .. group.GroupBy(k => k.Definition.Version, StringComparer.Ordinal)
                    .OrderByDescending(v => VersionRank.Of(v.Key))
                    .Select(version => new ApiVersion(group.Key, version.Key, [.. version.OrderBy(k => k.Definition.Plural, StringComparer.Ordinal)])),
            ])),
    ]);

    public ApiGroup? FindGroup(string group) => Groups.FirstOrDefault(g => g.Name == group);

    public ApiVersion? FindVersion(string group, string version) => FindGroup(group)?.Versions.FirstOrDefault(v => v.Version == version);
}

/// <summary>A group with its versions.</summary>
internal sealed record ApiGroup(string Name, IReadOnlyList<ApiVersion> Versions);

/// <summary>A version of a group with its kinds.</summary>
internal sealed record ApiVersion(string Group, string Version, IReadOnlyList<ServedKind> Kinds)
{
    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path below the server's root, without a leading slash: <c>api/v1</c>, <c>apis/apps/v1</c>.</summary>
    public string Path => Group.Length == 0 ? $"api/{Version}" : $"apis/{GroupVersion}";
}
