using LlmKube.Models.Store;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Store;

public sealed class ModelStoreLayoutTests
{
    private static readonly ModelStoreLayout s_store = new("/models");

    [Fact]
    public void Everything_has_its_place_below_the_root()
    {
        s_store.MetadataFile("a51091f6f231af49").ShouldBe("/models/a51091f6f231af49/.llmkube.json");
        s_store.ModelFile("a51091f6f231af49", "q4/m.gguf").ShouldBe("/models/a51091f6f231af49/q4/m.gguf");
        s_store.Blob("ab12").ShouldBe("/models/blobs/sha256/ab12");
        s_store.PartialFolder("ab12").ShouldBe("/models/partial/ab12");
        s_store.LockFile("ab12").ShouldBe("/models/locks/ab12");
    }

    [Theory]
    [InlineData("../m.gguf")]
    [InlineData("a/../../m.gguf")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("")]
    public void A_name_that_leads_out_has_no_place(string name) => s_store.ModelFile("ab12", name).ShouldBeNull();

    [Fact]
    public void A_key_that_is_none_is_refused() => Should.Throw<ArgumentException>(() => s_store.ModelFolder("../x"));
}
