using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Shouldly;
using Xunit;

namespace LlmKube.Repository.Tests;

/// <summary>Assemblies depend only downwards.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["LlmKube.Kubernetes"] = [],
        ["LlmKube.Models"] = [],
        ["LlmKube.Resources"] = ["LlmKube.Kubernetes"],
        ["LlmKube.ApiServer"] = ["LlmKube.Kubernetes"],
        ["LlmKube.Operator"] = ["LlmKube.Resources", "LlmKube.Models", "LlmKube.Kubernetes"],
        ["LlmKube.Router"] = ["LlmKube.Resources", "LlmKube.Kubernetes"],
        ["LlmKube.Agent"] = ["LlmKube.Resources", "LlmKube.Models", "LlmKube.Kubernetes"],
        ["LlmKube.Local"] = ["LlmKube.Operator", "LlmKube.Router", "LlmKube.Agent", "LlmKube.ApiServer", "LlmKube.Resources", "LlmKube.Models", "LlmKube.Kubernetes"],
        ["LlmKube.Cli"] = ["LlmKube.Local", "LlmKube.Operator", "LlmKube.Router", "LlmKube.Agent", "LlmKube.ApiServer", "LlmKube.Resources", "LlmKube.Models", "LlmKube.Kubernetes"],
    };

    [Fact]
    public void Every_assembly_of_the_design_is_here_and_no_other()
    {
        var names = Repository.AssemblyPaths.Select(p => Repository.DesignName(Path.GetFileNameWithoutExtension(p)));

        names.Order(StringComparer.Ordinal).ShouldBe(s_allowed.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Assemblies_reference_only_what_the_design_allows()
    {
        var forbidden = new List<string>();
        foreach (var path in Repository.AssemblyPaths)
        {
            var name = Repository.DesignName(Path.GetFileNameWithoutExtension(path));
            forbidden.AddRange(ReferencesOf(path)
                .Where(reference => reference.StartsWith("LlmKube.", StringComparison.Ordinal) && !s_allowed[name].Contains(reference, StringComparer.Ordinal))
                .Select(reference => $"{name} -> {reference}"));
        }

        forbidden.ShouldBeEmpty();
    }

    [Fact]
    public void The_libraries_below_the_servers_do_not_know_the_web_server()
    {
        string[] free = ["LlmKube.Kubernetes", "LlmKube.Models", "LlmKube.Resources", "LlmKube.Operator", "LlmKube.Agent"];
        var forbidden = Repository.AssemblyPaths
            .Where(path => free.Contains(Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal))
            .SelectMany(path => ReferencesOf(path)
                .Where(reference => reference.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
                .Select(reference => $"{Path.GetFileNameWithoutExtension(path)} -> {reference}"));

        forbidden.ShouldBeEmpty();
    }

    private static string[] ReferencesOf(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
