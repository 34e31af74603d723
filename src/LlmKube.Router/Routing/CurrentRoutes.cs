namespace LlmKube.Router.Routing;

/// <summary>The one place where the newest <see cref="RouteTable"/> is: written by the watcher, read once by each request.</summary>
internal sealed class CurrentRoutes
{
    private volatile RouteTable? _table;

    /// <summary>Null until the API server was read for the first time: "unknown model" must not be said before.</summary>
    public RouteTable? Table => _table;

    public void Swap(RouteTable table) => _table = table;
}
