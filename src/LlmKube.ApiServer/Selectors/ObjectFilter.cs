using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Selectors;

/// <summary>Which objects of a collection a list or a watch is about.</summary>
internal sealed class ObjectFilter
{
    private readonly ResourceCollection _collection;
    private readonly string _namespace;
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;

    private ObjectFilter(ResourceCollection collection, string ns, LabelSelector labels, FieldSelector fields)
    {
        _collection = collection;
        _namespace = ns;
        _labels = labels;
        _fields = fields;
    }

    public bool HasSelectors => !_labels.IsEverything || !_fields.IsEverything;

    public static ObjectFilter Read(ResourceRequest request)
    {
        if (!LabelSelector.TryParse(request.Query.LabelSelector, out var labels, out var fault))
        {
            throw Failures.BadRequest(fault!);
        }

        var supported = SelectableFields.Of(request.Collection);
        if (!FieldSelector.TryParse(request.Query.FieldSelector, supported, out var fields, out fault))
        {
            throw Failures.BadRequest(
                $"Unable to find \"{request.Definition.ApiVersion}, Resource={request.Definition.Plural}\" that match label selector "
                + $"\"{request.Query.LabelSelector}\", field selector \"{request.Query.FieldSelector}\": {fault}");
        }

        return new ObjectFilter(request.Collection, request.Namespace, labels, fields);
    }

    public bool Matches(StoredObject candidate) =>
        (_namespace.Length == 0 || candidate.Key.Object.Namespace == _namespace)
        && _labels.Matches(candidate.Labels)
        && _fields.Matches(candidate);

    /// <summary>The matching objects in order, behind <paramref name="after"/>.</summary>
    public IEnumerable<StoredObject> Select(StoreState state, ObjectKey? after)
    {
        var objects = state.Of(_collection);
        if (_namespace.Length > 0 && _fields.ExactName is { } name)
        {
            return after is null && objects.TryGetValue(new ObjectKey(_namespace, name), out var one) && Matches(one) ? [one] : [];
        }

        return objects.Values.Where(candidate =>
            (after is not { } key || ObjectKeyOrder.Instance.Compare(candidate.Key.Object, key) > 0) && Matches(candidate));
    }
}
