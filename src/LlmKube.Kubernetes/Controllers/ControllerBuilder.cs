using LlmKube.Kubernetes.Caching;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.Kubernetes.Controllers;

/// <summary>Declares what brings an object of one kind back to its reconciler. <see cref="With"/> ends the declaration.</summary>
public sealed class ControllerBuilder<T>
    where T : class, IResource<T>
{
    private readonly ControllerHost _host;
    private readonly string _name;
    private readonly Informer<T> _own;
    private readonly List<Action<Controller>> _sources = [];
    private Func<Change<T>, bool> _when = ChangePredicates.IsMoreThanStatus;

    internal ControllerBuilder(ControllerHost host, string name, Informer<T> own)
    {
        _host = host;
        _name = name;
        _own = own;
    }

    /// <summary>Objects of another kind whose controller is an object of this kind.</summary>
    public ControllerBuilder<T> Owns<TChild>(InformerOptions? options = null)
        where TChild : class, IResource<TChild> => Follows<TChild>(OwnerOf, options);

    /// <summary>
    /// Objects of another kind that matter to objects of this kind. Asked for the old and the new state: an object that
    /// moves from one owner to another brings both back.
    /// </summary>
    public ControllerBuilder<T> Follows<TOther>(Func<TOther, IEnumerable<ObjectKey>> keys, InformerOptions? options = null)
        where TOther : class, IResource<TOther> => Follows(_host.Cache<TOther>(options), keys);

    /// <summary>The same with a cache that was made before, such as one of metadata only.</summary>
    public ControllerBuilder<T> Follows<TOther>(Informer<TOther> cache, Func<TOther, IEnumerable<ObjectKey>> keys)
        where TOther : class, IResource
    {
        _sources.Add(controller => cache.Subscribe((change, isInitial) =>
        {
            var old = change.Old is null ? [] : keys(change.Old);
            var now = change.New is null ? [] : keys(change.New);
            foreach (var key in old.Concat(now).Distinct())
            {
                controller.Enqueue(key, PriorityOf(isInitial));
            }
        }));
        return this;
    }

    /// <summary>Which changes of the kind itself bring the object back, instead of <see cref="ChangePredicates.IsMoreThanStatus"/>.</summary>
    public ControllerBuilder<T> When(Func<Change<T>, bool> predicate)
    {
        _when = predicate;
        return this;
    }

    /// <summary>Registers the controller with its host.</summary>
    /// <param name="reconciler">What brings the world to what the object asks for.</param>
    /// <param name="workers">Objects reconciled at the same time; one object never is.</param>
    /// <param name="timeout">How long one pass may take; null for no limit.</param>
    public Controller With(IReconciler reconciler, int workers = 1, TimeSpan? timeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        var controller = _host.Add(_name, reconciler, workers, timeout);
        _own.Subscribe((change, isInitial) =>
        {
            if (_when(change))
            {
                controller.Enqueue(change.Latest.Key(), PriorityOf(isInitial));
            }
        });
        foreach (var source in _sources)
        {
            source(controller);
        }

        return controller;
    }

    private static QueuePriority PriorityOf(bool isInitial) => isInitial ? QueuePriority.Background : QueuePriority.Normal;

    private static IEnumerable<ObjectKey> OwnerOf<TChild>(TChild child)
        where TChild : class, IResource
    {
        // The group without the version: an owner reference written under an older version still names the same object.
        var owner = child.FindController();
        return owner is not null && owner.Kind == T.Definition.Kind && GroupOf(owner.ApiVersion) == T.Definition.Group
            ? [new ObjectKey(T.Definition.Namespaced ? child.Metadata.Namespace ?? "" : "", owner.Name)]
            : [];
    }

    private static string GroupOf(string apiVersion) => apiVersion.LastIndexOf('/') is > 0 and var slash ? apiVersion[..slash] : "";
}
