using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Lifecycle;

/// <summary>The collections that the server itself gives a meaning to.</summary>
internal static class KnownCollections
{
    public static ResourceCollection Namespaces { get; } = new("", "namespaces");

    public static ResourceCollection Services { get; } = new("", "services");

    public static ResourceCollection EndpointSlices { get; } = new("discovery.k8s.io", "endpointslices");

    public static ResourceCollection Events { get; } = new("", "events");

    public static ResourceCollection CustomResourceDefinitions { get; } = new("apiextensions.k8s.io", "customresourcedefinitions");
}
