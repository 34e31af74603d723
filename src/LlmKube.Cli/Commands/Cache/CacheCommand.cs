using System.CommandLine;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube cache</c>: the model store.</summary>
internal static class CacheCommand
{
    public static Command Build(CommandContext context, CommonOptions common) => new("cache", "The model store: list, fill, verify and clear it")
    {
        CacheListCommand.Build(context, common),
        CachePreloadCommand.Build(context, common),
        CacheImportCommand.Build(context, common),
        CacheExportCommand.Build(context, common),
        CacheVerifyCommand.Build(context, common),
        CacheVerifyCommand.BuildPin(context, common, pinned: true),
        CacheVerifyCommand.BuildPin(context, common, pinned: false),
        CacheClearCommand.Build(context, common),
        CacheClearCommand.BuildGc(context, common),
        CacheListCommand.BuildStats(context, common),
    };
}
