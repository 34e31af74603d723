using System.Text;
using System.Text.Json.Nodes;
using LlmKube.ApiServer.Http;
using LlmKube.ApiServer.Storage;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Verbs;

/// <summary>
/// Keeps the states that paged lists have begun to read, so that every page shows the same moment. States share their
/// structure: keeping one costs only what changed since.
/// </summary>
internal sealed class PageSnapshots(TimeProvider time)
{
    private const int MaxKept = 64;

    /// <summary>What kube-apiserver's compaction leaves a client for its next page.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly LinkedList<(StoreState State, DateTimeOffset Until)> _kept = [];

    public void Keep(StoreState state)
    {
        lock (_gate)
        {
            DropOld();
            if (Find(state.Revision) is { } known)
            {
                _kept.Remove(known);
            }

            _kept.AddLast((state, time.GetUtcNow() + s_lifetime));
            if (_kept.Count > MaxKept)
            {
                _kept.RemoveFirst();
            }
        }
    }

    public StoreState? FindState(long revision)
    {
        lock (_gate)
        {
            DropOld();
            return Find(revision)?.Value.State;
        }
    }

    /// <summary>Every token that was handed out is too old from now on.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            _kept.Clear();
        }
    }

    private LinkedListNode<(StoreState State, DateTimeOffset Until)>? Find(long revision)
    {
        for (var node = _kept.First; node is not null; node = node.Next)
        {
            if (node.Value.State.Revision == revision)
            {
                return node;
            }
        }

        return null;
    }

    private void DropOld()
    {
        var now = time.GetUtcNow();
        while (_kept.First is { } first && first.Value.Until <= now)
        {
            _kept.RemoveFirst();
        }
    }
}

/// <summary>Where the next page begins: after which object, and at which revision (zero for the newest).</summary>
internal sealed record ContinueToken(long Revision, ObjectKey After)
{
    public override string ToString()
    {
        var json = new JsonObject { ["v"] = "llmkube/v1", ["rv"] = Revision, ["ns"] = After.Namespace, ["name"] = After.Name };
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString())).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    public static ContinueToken Read(string text)
    {
        try
        {
            var base64 = text.Replace('-', '+').Replace('_', '/');
            var bytes = Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
            if (JsonNode.Parse(bytes) is JsonObject json && (string?)json["v"] == "llmkube/v1")
            {
                return new ContinueToken((long)json["rv"]!, new ObjectKey((string?)json["ns"] ?? "", (string?)json["name"] ?? ""));
            }
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            // Said below: the token is not one of ours.
        }

        throw Failures.BadRequest("continue key is not valid: take it from metadata.continue of the list before, unchanged");
    }
}
