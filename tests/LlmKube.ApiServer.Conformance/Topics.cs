using Xunit;

namespace LlmKube.ApiServer.Conformance;

/// <summary>Client-side and server-side apply, diff and their conflicts.</summary>
public sealed class ApplyConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Apply";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}

/// <summary>Get in all its forms, describe, explain and discovery.</summary>
public sealed class ReadConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Read";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}

/// <summary>Create, replace, edit, the four patches, scale, validation.</summary>
public sealed class ChangeConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Change";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}

/// <summary>Delete with all its propagation policies, finalizers, namespaces.</summary>
public sealed class RemoveConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Remove";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}

/// <summary>Watches, waiting, bookmarks, expired history.</summary>
public sealed class WatchConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Watch";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}

/// <summary>Custom resources and their definitions.</summary>
public sealed class CustomConformance(ServerUnderTest server) : ConformanceTests(server, Topic)
{
    private const string Topic = "Custom";

    public static TheoryData<string> Cases => NamesOf(Topic);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task The_server_does_as_Kubernetes_does(string name) => RunAsync(name);
}
