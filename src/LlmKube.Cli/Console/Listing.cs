using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using LlmKube.Kubernetes.Objects;
using LlmKube.Kubernetes.Yaml;

using Spectre.Console;

namespace LlmKube.Cli.Console;

/// <summary>
/// Prints objects: aligned columns on a terminal, tab-separated in a pipe, or the objects themselves as JSON, YAML or names.
/// </summary>
internal static class Listing
{
    public static void Print<T>(Terminal terminal, OutputFormat format, IReadOnlyList<T> items, IReadOnlyList<Column<T>> columns, string nothing)
        where T : class, IResource<T>
    {
        switch (format)
        {
            case OutputFormat.Json:
                terminal.Out.WriteLine(ListOf(items).ToJsonString(s_indented));
                break;
            case OutputFormat.Yaml:
                terminal.Out.Write(YamlText.Write(ListOf(items)));
                break;
            case OutputFormat.Name:
                foreach (var item in items)
                {
                    terminal.Out.WriteLine($"{T.Definition.Kind.ToLowerInvariant()}.{T.Definition.Group}/{item.Metadata.Name}");
                }

                break;
            default:
                if (items.Count == 0)
                {
                    terminal.Say(nothing);
                }
                else
                {
                    PrintTable(terminal, items, [.. columns.Where(column => !column.Wide || format == OutputFormat.Wide)]);
                }

                break;
        }
    }

    /// <summary>One object as JSON or YAML; false for the formats that are for people.</summary>
    public static bool TryPrintObject<T>(Terminal terminal, OutputFormat format, T item, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToNode(item, type);
        switch (format)
        {
            case OutputFormat.Json:
                terminal.Out.WriteLine(json!.ToJsonString(s_indented));
                return true;
            case OutputFormat.Yaml:
                terminal.Out.Write(YamlText.Write(json!));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Objects of several kinds for scripts and Git: a List as JSON, or YAML documents that <c>kubectl apply</c> takes. Nothing for the formats for people.</summary>
    public static void PrintObjects(Terminal terminal, OutputFormat format, params IReadOnlyList<JsonNode> objects)
    {
        if (format is OutputFormat.Json)
        {
            terminal.Out.WriteLine(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects]) }.ToJsonString(s_indented));
        }
        else if (format is OutputFormat.Yaml)
        {
            terminal.Out.Write(string.Join("---\n", objects.Select(YamlText.Write)));
        }
    }

    public static void PrintTable<T>(Terminal terminal, IReadOnlyList<T> items, IReadOnlyList<Column<T>> columns)
    {
        if (!terminal.OutIsTerminal)
        {
            terminal.Out.WriteLine(string.Join('\t', columns.Select(column => column.Title)));
            foreach (var item in items)
            {
                terminal.Out.WriteLine(string.Join('\t', columns.Select(column => column.Value(item))));
            }

            return;
        }

        var table = new Table().NoBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.Title)).PadLeft(0).PadRight(2));
        }

        foreach (var item in items)
        {
            table.AddRow(columns.Select(column => column.Title == "PHASE" ? Phases.Paint(column.Value(item)) : new Text(column.Value(item))));
        }

        terminal.Data.Write(table);
    }

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, TypeInfoResolver = KubernetesJson.Default };

    private static JsonObject ListOf<T>(IReadOnlyList<T> items)
        where T : class, IResource<T> => new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "List",
            ["items"] = new JsonArray([.. items.Select(item => JsonSerializer.SerializeToNode(item, T.JsonType))]),
        };
}
