using LlmKube.Models.Backends;
using LlmKube.Models.Transfer;
using Shouldly;

namespace LlmKube.Models.Tests.Transfer;

/// <summary>The transfer engine with small parts, over a folder of its own.</summary>
internal sealed class EngineUnderTest : IDisposable
{
    public const int Part = 256 * 1024;

    public ScriptedPlace Place { get; } = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("llmkube-transfer-").FullName;

    public TransferOptions Options { get; init; } = new()
    {
        PartSizeBytes = Part,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
    };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Task<TransferResult> RunAsync(IProgress<TransferProgress>? progress = null, CancellationToken? cancellationToken = null) =>
        new TransferEngine(Options, Time).RunAsync(Place, Folder, null, progress, cancellationToken ?? Xunit.TestContext.Current.CancellationToken);

    public async Task<TransferResult.Done> SucceedAsync()
    {
        var result = await RunAsync();
        return result.ShouldBeOfType<TransferResult.Done>((result as TransferResult.Failed)?.Failure.Message);
    }

    public async Task<ModelFailure> FailAsync() => (await RunAsync()).ShouldBeOfType<TransferResult.Failed>().Failure;

    /// <summary>The one file of data on disk.</summary>
    public string DataFile() => Directory.EnumerateFiles(Path.Combine(Folder, "transfer"), "*.part").Single(path => new FileInfo(path).Length > 0);

    public string JournalFile() => Directory.EnumerateFiles(Path.Combine(Folder, "transfer"), "*.journal").Single();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
