using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace LlmKube.Repository.Tests;

/// <summary>What the pages name exists.</summary>
public sealed partial class PageTests
{
    private static readonly string[] s_roots = ["src/", "tests/", "eng/", "docs/", "deploy/", "samples/", "scripts/", "bench/", ".ci/"];

    [Fact]
    public void Every_path_in_backticks_exists()
    {
        var missing =
            from page in Pages()
            from Match match in Backticks().Matches(Repository.Read(page))
            let path = match.Groups["path"].Value.TrimEnd('/')
            where s_roots.Any(root => path.StartsWith(root, StringComparison.Ordinal)) && !path.Contains('*', StringComparison.Ordinal) && !path.Contains('<', StringComparison.Ordinal)
            where !Repository.Exists(path.Split(' ')[0])
            select $"{page}: {path}";

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_link_to_a_file_of_ours_leads_somewhere()
    {
        var missing =
            from page in Pages()
            from Match match in Links().Matches(Repository.Read(page))
            let target = match.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target))
            select $"{page}: {target}";

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_sample_that_a_page_shows_is_in_samples()
    {
        var missing =
            from page in Pages()
            from Match match in Samples().Matches(Repository.Read(page))
            where !Repository.Exists(match.Value)
            select $"{page}: {match.Value}";

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void The_readme_stays_a_first_page() => Repository.ReadLines("README.md").Length.ShouldBeLessThan(120);

    private static IEnumerable<string> Pages() => Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    [GeneratedRegex("`(?<path>[\\w./*<>-]+/[\\w./*<>-]*)`", RegexOptions.NonBacktracking)]
    private static partial Regex Backticks();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Links();

    [GeneratedRegex(@"samples/[\w-]+\.yaml", RegexOptions.NonBacktracking)]
    private static partial Regex Samples();
}
