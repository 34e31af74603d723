using LlmKube.Router.Tests.Fixtures;
using Shouldly;
using static LlmKube.Router.Tests.Fixtures.RouterUnderTest;

namespace LlmKube.Router.Tests.Forwarding;

/// <summary>What the router holds while an answer passes. It looks at the whole process's memory, so it runs while no other test does.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    [Fact]
    public async Task Two_hundred_megabytes_pass_without_being_held()
    {
        const int Chunk = 64 * 1024;
        const int Chunks = 3200;
        var chunk = new byte[Chunk];
        await using var engine = await FakeEngine.StartAsync(async context =>
        {
            for (var i = 0; i < Chunks; i++)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await using var router = await WithDemoAsync(engine.Endpoint);
        await router.ChatAsync();
        using var response = await router.ChatAsync();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[Chunk];
        var live = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        var total = 0L;
        int read;
        for (var i = 0; (read = await body.ReadAsync(buffer).AsTask().WithinDeadlineAsync()) > 0; i++)
        {
            total += read;
            if (i % 400 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - live);
            }
        }

        total.ShouldBe((long)Chunk * Chunks);
        most.ShouldBeLessThan((long)Chunk * Chunks / 4);
    }
}
