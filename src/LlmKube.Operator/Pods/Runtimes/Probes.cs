using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.Operator.Pods.Runtimes;

/// <summary>The probes of a runtime. A model may take half an hour to load; then silence is noticed within a minute.</summary>
internal static class Probes
{
    public static JsonElement Startup(RuntimeContainer runtime) => Of(runtime.HealthPath, periodSeconds: 10, failureThreshold: 180);

    public static JsonElement Liveness(RuntimeContainer runtime) => Of(runtime.LivenessPath ?? runtime.HealthPath, periodSeconds: 15, failureThreshold: 3);

    public static JsonElement Readiness(RuntimeContainer runtime) => Of(runtime.HealthPath, periodSeconds: 10, failureThreshold: 3);

    private static JsonElement Of(string? path, int periodSeconds, int failureThreshold)
    {
        var probe = path is null
            ? new JsonObject { ["tcpSocket"] = new JsonObject { ["port"] = "http" } }
            : new JsonObject { ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = "http" } };
        probe["periodSeconds"] = periodSeconds;
        probe["timeoutSeconds"] = 5;
        probe["failureThreshold"] = failureThreshold;
        return PodJson.Of(probe);
    }
}
