using System.Collections.Concurrent;
using LlmKube.Models.Formats.Gguf;
using LlmKube.Models.Memory;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Memory;

/// <summary>Reads what a model needs from its file's header, once for each state of the file.</summary>
internal sealed class MemoryNeeds
{
    private readonly ConcurrentDictionary<(string Path, long Length, DateTime Changed), GgufSummary> _headers = new();

    /// <summary>Null when the file cannot be read: then nothing is started, because nothing can be promised.</summary>
    public async Task<MemoryEstimate?> FindAsync(string modelPath, InferenceServiceSpec service, CancellationToken cancellationToken)
    {
        var file = new FileInfo(modelPath);
        if (!file.Exists)
        {
            return null;
        }

        var key = (modelPath, file.Length, file.LastWriteTimeUtc);
        if (!_headers.TryGetValue(key, out var summary))
        {
            if (await GgufReader.ReadFileAsync(modelPath, cancellationToken) is not GgufReadResult.Read read)
            {
                return null;
            }

            _headers[key] = summary = GgufSummary.Of(read.Header);
        }

        return MemoryEstimate.Of(summary, service.ContextSize, service.CacheTypeCustomK ?? service.CacheTypeK, service.CacheTypeCustomV ?? service.CacheTypeV, service.ParallelSlots);
    }
}
