namespace LlmKube.Resources;

/// <summary>Label keys on the objects that belong to a Model or an InferenceService.</summary>
public static class Labels
{
    /// <summary>Name of the InferenceService; with <see cref="Service"/> it selects the replicas.</summary>
    public const string App = "app";

    public const string Service = "inference.llmkube.dev/service";
    public const string Model = "inference.llmkube.dev/model";
    public const string Runtime = "inference.llmkube.dev/runtime";

    /// <summary>Owner of a cache claim or of gateway objects.</summary>
    public const string InferenceService = "inference.llmkube.dev/inferenceservice";

    /// <summary>Marks a Node that stands for a machine with an agent.</summary>
    public const string Agent = "llmkube.dev/agent";

    public const string AppName = "app.kubernetes.io/name";
    public const string AppComponent = "app.kubernetes.io/component";
    public const string AppInstance = "app.kubernetes.io/instance";
    public const string AppManagedBy = "app.kubernetes.io/managed-by";

    /// <summary>The Service whose endpoints an EndpointSlice holds.</summary>
    public const string ServiceName = "kubernetes.io/service-name";

    /// <summary>Who writes an EndpointSlice.</summary>
    public const string EndpointSliceManagedBy = "endpointslice.kubernetes.io/managed-by";

    public const string KueueQueueName = "kueue.x-k8s.io/queue-name";

    /// <summary>What selects the replicas of a service. Never changes during the life of one.</summary>
    public static IReadOnlyDictionary<string, string> SelectorOf(string service) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [App] = service, [Service] = service };

    /// <summary>The same selector as the text that <c>labelSelector</c> and <c>status.selector</c> take.</summary>
    public static string SelectorTextOf(string service) => $"{App}={service},{Service}={service}";

    /// <summary>All labels of a service's replicas.</summary>
    public static IReadOnlyDictionary<string, string> OfReplicas(string service, string model, string runtime) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [App] = service,
            [Service] = service,
            [Model] = model,
            [Runtime] = runtime,
        };
}
