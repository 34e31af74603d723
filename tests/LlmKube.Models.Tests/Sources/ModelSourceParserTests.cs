using LlmKube.Models.Sources;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Sources;

public sealed class ModelSourceParserTests
{
    [Theory]
    [InlineData("https://huggingface.co/org/repo/resolve/main/f.gguf", "Http", "6d5ba8dc1e59cadc")]
    [InlineData("https://huggingface.co/org/repo", "HuggingFace", "822542477a96976e")]
    [InlineData("https://huggingface.co/org/repo/tree/v1", "HuggingFace", "a00041b253596007")]
    [InlineData("hf://org/repo", "HuggingFace", "1f20013f4e0ce003")]
    [InlineData("hf://org/repo@rev", "HuggingFace", "3ce0db5aeea8dc84")]
    [InlineData("hf://org/repo/file.gguf", "HuggingFace", "3ae8acfe5febe347")]
    [InlineData("org/repo", "HuggingFace", "57b681c5cf8efdc2")]
    [InlineData("org/repo@rev", "HuggingFace", "0cdf144524908ea6")]
    [InlineData("s3://b/k/x.gguf", "S3", "7cef14be2a2ee051")]
    [InlineData("pvc://c/p.gguf", "Pvc", "0487e305114b7c17")]
    [InlineData("/mnt/m.gguf", "Local", "a51091f6f231af49")]
    public void Sources_of_the_existing_LLMKube_keep_their_class_and_their_cache_key(string text, string kind, string key)
    {
        var parsed = Parsed(text);

        parsed.Source.GetType().Name.ShouldBe(kind);
        parsed.CacheKey.ShouldBe(key);
        parsed.Text.ShouldBe(text);
    }

    public static TheoryData<string, ModelSource> Meanings => new()
    {
        { "hf://org/repo@v1.0/sub/file.gguf", new ModelSource.HuggingFace("org/repo", "v1.0", "sub/file.gguf") },
        { "HF://Org/Repo", new ModelSource.HuggingFace("Org/Repo", null, null) },
        { "org/repo/file.gguf", new ModelSource.HuggingFace("org/repo", null, "file.gguf") },
        { "hf://org/repo@refs%2Fpr%2F7", new ModelSource.HuggingFace("org/repo", "refs/pr/7", null) },
        { "https://www.HuggingFace.co/org/repo?x=1", new ModelSource.HuggingFace("org/repo", null, null) },
        { "https://huggingface.co/org/repo/tree/main/q4", new ModelSource.HuggingFace("org/repo", "main", "q4") },
        { "HTTP://host/a.gguf", new ModelSource.Http("HTTP://host/a.gguf") },
        { "S3://bucket/a/b.gguf", new ModelSource.S3("bucket", "a/b.gguf") },
        { "s3://bucket/k?versionId=3%2F1&region=eu", new ModelSource.S3("bucket", "k") { VersionId = "3/1", Region = "eu" } },
        { "PVC://claim/a/b.gguf", new ModelSource.Pvc("claim", "a/b.gguf") },
        { "file:///a%20b/c.gguf", new ModelSource.Local("/a b/c.gguf") },
        { "oci://registry:5000/team/model:1.0", new ModelSource.Oci("registry:5000/team/model:1.0") },
        { "repo://main/llama:stable", new ModelSource.Repository("main", "llama", "stable", null) },
        { "repo://main/llama@2024-01-15", new ModelSource.Repository("main", "llama", null, "2024-01-15") },
        { "repo://main/llama", new ModelSource.Repository("main", "llama", null, null) },
    };

    [Theory]
    [MemberData(nameof(Meanings))]
    public void Every_form_means_what_it_says(string text, ModelSource meaning) => Parsed(text).Source.ShouldBe(meaning);

    [Theory]
    [InlineData("")]
    [InlineData("model")]
    [InlineData(" /a.gguf")]
    [InlineData("/a/../b.gguf")]
    [InlineData("file://host/a.gguf")]
    [InlineData("file:///a/%2e%2e/b.gguf")]
    [InlineData("pvc://claim")]
    [InlineData("pvc://claim/../x")]
    [InlineData("pvc://Claim_1/x")]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/k?secret=x")]
    [InlineData("hf://org/repo/../x")]
    [InlineData("hf://org")]
    [InlineData("hf://org/repo@/x")]
    [InlineData("https://huggingface.co/datasets/org/repo")]
    [InlineData("https://huggingface.co/org")]
    [InlineData("https:///x")]
    [InlineData("HTTP://host/a b")]
    [InlineData("oci://model")]
    [InlineData("oci://r/Model")]
    [InlineData("oci://r/m@sha256:12")]
    [InlineData("oci://r/m:")]
    [InlineData("ftp://host/x")]
    [InlineData("a b/c")]
    [InlineData("/a\nb")]
    public void What_names_no_place_is_refused_with_what_to_write(string text) =>
        ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Invalid>().Message.ShouldMatch("Write|Name a|Known are");

    [Fact]
    public void Printing_and_parsing_gives_the_same_source_for_any_source()
    {
        var random = new Random(11);
        for (var round = 0; round < 5000; round++)
        {
            var source = Any(random);

            var parsed = Parsed(source.ToSourceString());

            parsed.Source.ShouldBe(source);
            parsed.Source.ToSourceString().ShouldBe(source.ToSourceString());
        }
    }

    [Theory]
    [InlineData("https://user:secret@host/a.gguf?token=secret#secret", "https://host/a.gguf")]
    [InlineData("https://host?X-Amz-Signature=secret", "https://host")]
    [InlineData("https://secret@host", "https://host")]
    [InlineData("https://host/a@b/c", "https://host/a@b/c")]
    [InlineData("/mnt/a?b", "/mnt/a?b")]
    [InlineData("https://a@b:secret@host/x", "https://host/x")]
    public void What_may_be_a_credential_is_not_shown(string text, string shown)
    {
        Redact.Source(text).ShouldBe(shown);
        (ModelSourceParser.Parse(text) as SourceParseResult.Parsed)?.Source.ToString().ShouldBe(shown);
    }

    [Fact]
    public void No_finding_repeats_a_credential() =>
        ModelSourceParser.Parse("ftp://user:hunter2@host/x?token=hunter2").ShouldBeOfType<SourceParseResult.Invalid>().Message.ShouldNotContain("hunter2");

    private static SourceParseResult.Parsed Parsed(string text) => ModelSourceParser.Parse(text).ShouldBeOfType<SourceParseResult.Parsed>(text);

    private static ModelSource Any(Random random) => random.Next(7) switch
    {
        0 => new ModelSource.Local("/" + Path(random, "abc XY%?#@-._日")),
        1 => new ModelSource.Pvc(Word(random, "abc0"), Path(random, "abc XY%?#@-_日")),
        2 => new ModelSource.S3(Word(random, "ab-.c0") + "b", Path(random, "abcXY%#@-_日"))
        {
            Endpoint = random.Next(2) == 0 ? null : "https://s3.example:9000",
            Region = random.Next(2) == 0 ? null : "eu-1",
            VersionId = random.Next(2) == 0 ? null : Word(random, "a/&=%?"),
        },
        3 => new ModelSource.Http("https://host.example/" + Path(random, "abcXY%2@-_") + "?" + Word(random, "ab=&")),
        4 => new ModelSource.HuggingFace($"o{Word(random, "aZ9-_.")}/r{Word(random, "aZ9-_.")}", random.Next(2) == 0 ? null : Word(random, "ab/v.1%"), random.Next(2) == 0 ? null : Path(random, "abc Z9-_日@")),
        5 => new ModelSource.Oci($"registry.example:5000/a{Word(random, "ab0")}/m{(random.Next(2) == 0 ? "" : ":v" + Word(random, "aZ9-_."))}"),
        _ when random.Next(2) == 0 => new ModelSource.Repository($"n{Word(random, "abc-.")}0", "m" + Word(random, "abZ-_.9"), random.Next(2) == 0 ? null : "t" + Word(random, "abc1."), null),
        _ => new ModelSource.Repository($"n{Word(random, "abc-.")}0", "m" + Word(random, "abZ-_.9"), null, "v" + Word(random, "abc1.-")),
    };

    private static string Word(Random random, string letters) => new([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => letters[random.Next(letters.Length)])]);

    private static string Path(Random random, string letters) => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => "x" + Word(random, letters) + "y"));
}
