using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models.Sources;
using LlmKube.Models.Store;
using LlmKube.Resources;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>What is in a store, and what of it is served.</summary>
internal sealed record StoredModels(ModelStore Store, IReadOnlyList<StoredModel> Models, ModelsInUse? Usage)
{
    /// <summary>Reads the store, and asks the API server, where one answers, who uses what.</summary>
    public static async Task<StoredModels> ReadAsync(StoreOptions options, ParseResult parsed, CommandContext context, CommonOptions common, CancellationToken cancellationToken)
    {
        var store = options.Open(parsed, context);
        var models = new List<StoredModel>();
        foreach (var key in new StoreSurvey(store.Layout).Keys())
        {
            if (await store.FindAsync(key, cancellationToken) is { } model)
            {
                models.Add(model);
            }
        }

        return new StoredModels(store, [.. models.OrderByDescending(model => model.LastUsed)], await Cache.Usage.FindAsync(parsed, context, common, cancellationToken));
    }

    /// <summary>The services that use a model; none where nobody could be asked.</summary>
    public IReadOnlyList<string> UsersOf(StoredModel model) => Usage?.Services.GetValueOrDefault(model.Key) ?? [];

    /// <summary>The one model that a person means by a key, a source, a Model's name or the name of a file.</summary>
    public StoredModel Find(string text)
    {
        var key = CacheKey.Of(text);
        var found = Models.Where(model => model.Key == text || model.Key == key || model.Source == text || Usage?.KeyOfModel.GetValueOrDefault(text) == model.Key).ToList();
        if (found.Count == 0)
        {
            found = [.. Models.Where(model => NameOf(model) == text || model.Files.Any(file => Path.GetFileName(file.Path) == text))];
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandFailure($"The store at {Store.Layout.Root} has no model '{text}'.", "llmkube cache list shows what it has.", ExitCodes.NotFound),
            _ => throw new CommandFailure($"'{text}' means several models of the store: {string.Join(", ", found.Select(model => model.Key))}.", "Name one of these keys.", ExitCodes.Usage),
        };
    }

    /// <summary>A model's name for people: the end of its source, or its file.</summary>
    public static string NameOf(StoredModel model) => model.Source.Length > 0 ? model.Source.TrimEnd('/').Split('/')[^1] : model.Files.Count > 0 ? model.Files[0].Path : model.Key;
}
