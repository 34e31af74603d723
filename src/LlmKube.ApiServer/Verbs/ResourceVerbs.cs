using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Lifecycle;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Watch;

namespace LlmKube.ApiServer.Verbs;

/// <summary>All that can be done to resources: picks the verb for a method and the shape of the path.</summary>
internal sealed class ResourceVerbs
{
    private readonly GetVerb _get;
    private readonly ListVerb _list;
    private readonly WatchVerb _watch;
    private readonly CreateVerb _create;
    private readonly UpdateVerb _update;
    private readonly PatchVerb _patch;
    private readonly DeleteVerb _delete;
    private readonly ScaleVerb _scale;
    private readonly PodVerbs _pods;
    private readonly ServiceProxy _proxy;

    public ResourceVerbs(ServerContext server, DefinitionStatus definitions)
    {
        var checks = new WriteChecks(server, new ObjectRules(), new BuiltInStrategies(definitions));
        var writer = new ObjectWriter(server, checks);
        _get = new GetVerb(server);
        _list = new ListVerb(server);
        _watch = new WatchVerb(server);
        _create = new CreateVerb(writer);
        _update = new UpdateVerb(writer);
        _patch = new PatchVerb(server, writer);
        _delete = new DeleteVerb(server, _list, checks);
        _scale = new ScaleVerb(server, writer);
        _pods = new PodVerbs(server, _delete);
        _proxy = new ServiceProxy(server);
    }

    public Task HandleAsync(ResourceRequest request) => (request.Path.Name, request.Subresource) switch
    {
        (null, null) => HandleCollectionAsync(request),
        (_, null) => HandleObjectAsync(request),
        (_, "status") when request.Kind.HasStatus => HandleStatusAsync(request),
        (_, "scale") when request.Kind.Scale is not null => HandleScaleAsync(request),
        (_, "log") when IsPod(request) && Method(request) == "GET" => _pods.LogAsync(request),
        (_, "eviction") when IsPod(request) && Method(request) == "POST" => _pods.EvictAsync(request),
        (_, "proxy") when request.Collection == KnownCollections.Services => _proxy.HandleAsync(request),
        (_, "finalize") when request.Collection == KnownCollections.Namespaces && Method(request) == "PUT" => _update.HandleAsync(request),
        _ => throw Failures.NoSuchResource(),
    };

    private Task HandleCollectionAsync(ResourceRequest request) => Method(request) switch
    {
        "GET" when request.Query.Watch => _watch.HandleAsync(request),
        "GET" => _list.HandleAsync(request),
        "POST" => _create.HandleAsync(request),
        "DELETE" => _delete.HandleCollectionAsync(request),
        _ => throw Failures.MethodNotAllowed(),
    };

    private Task HandleObjectAsync(ResourceRequest request) => Method(request) switch
    {
        "GET" => _get.HandleAsync(request),
        "PUT" => _update.HandleAsync(request),
        "PATCH" => _patch.HandleAsync(request),
        "DELETE" => _delete.HandleAsync(request),
        _ => throw Failures.MethodNotAllowed(),
    };

    private Task HandleStatusAsync(ResourceRequest request) => Method(request) switch
    {
        "GET" => _get.HandleAsync(request),
        "PUT" => _update.HandleAsync(request),
        "PATCH" => _patch.HandleAsync(request),
        _ => throw Failures.MethodNotAllowed(),
    };

    private Task HandleScaleAsync(ResourceRequest request) => Method(request) switch
    {
        "GET" => _scale.GetAsync(request),
        "PUT" => _scale.PutAsync(request),
        "PATCH" => _scale.PatchAsync(request),
        _ => throw Failures.MethodNotAllowed(),
    };

    private static string Method(ResourceRequest request) => request.Http.Request.Method;

    private static bool IsPod(ResourceRequest request) => request.Definition is { Group: "", Plural: "pods" };
}
