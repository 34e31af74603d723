using LlmKube.Models.Backends;
using LlmKube.Models.Transfer;
using LlmKube.TestKit;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Transfer;

public sealed class TransferFaultTests : IDisposable
{
    private const int Part = EngineUnderTest.Part;

    private readonly EngineUnderTest _engine = new();

    private ScriptedPlace Place => _engine.Place;

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task However_often_the_connection_is_cut_each_byte_comes_once(int seed)
    {
        var random = new Random(seed);
        Place.Add("model.gguf", 9 * Part);
        Place.Add("small.json", 70_000);
        Place.Script = _ => random.Next(3) > 0 ? new ScriptedPlace.Fault { CutAfter = random.Next(1, 150_000) } : null;

        var done = await _engine.SucceedAsync();

        Place.Served.ShouldBe((9 * Part) + 70_000);
        done.BytesMoved.ShouldBe(Place.Served);
    }

    [Fact]
    public async Task An_answer_that_ends_too_early_is_gone_on_with()
    {
        Place.Add("model.gguf", 3 * Part);
        Place.Script = request => request.Number == 2 ? new ScriptedPlace.Fault { EndAfter = 1000 } : null;

        await _engine.SucceedAsync();

        Place.Served.ShouldBe(3 * Part);
    }

    [Fact]
    public async Task A_place_without_ranges_that_cuts_once_is_read_again_from_the_beginning()
    {
        var bytes = Place.Add("model.gguf", 3 * Part, file => file with { AcceptsRanges = false });
        Place.Script = request => new ScriptedPlace.Fault { IgnoresRange = true, CutAfter = request.Number == 1 ? 2 * Part : null };

        var done = await _engine.SucceedAsync();

        Place.Served.ShouldBe(5 * Part);
        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_place_without_ranges_that_always_cuts_is_given_up()
    {
        Place.Add("model.gguf", 3 * Part, file => file with { AcceptsRanges = false });
        Place.Script = _ => new ScriptedPlace.Fault { IgnoresRange = true, CutAfter = 2 * Part };

        (await _engine.FailAsync()).Kind.ShouldBe(FailureKind.Unavailable);

        Place.Requests.Count.ShouldBe(_engine.Options.AttemptsWithoutProgress);
    }

    [Fact]
    public async Task What_only_a_person_can_mend_is_asked_for_once()
    {
        Place.Add("model.gguf", 100);
        Place.Script = _ => new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Unauthorized, "wrong password") };

        (await _engine.FailAsync()).ShouldBe(new ModelFailure(FailureKind.Unauthorized, "wrong password"));

        Place.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_time_may_heal_is_asked_for_a_number_of_times()
    {
        Place.Add("model.gguf", 100);
        Place.Script = _ => new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Unavailable, "502") };

        (await _engine.FailAsync()).Message.ShouldBe("502");

        Place.Requests.Count.ShouldBe(_engine.Options.AttemptsWithoutProgress);
    }

    [Fact]
    public async Task A_place_that_asks_for_a_pause_is_given_it()
    {
        var time = new ManualTime();
        using var engine = new EngineUnderTest { Time = time, Options = new TransferOptions() };
        engine.Place.Add("model.gguf", 100);
        engine.Place.Script = request => request.Number == 1
            ? new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Throttled, "429") { RetryAfter = TimeSpan.FromSeconds(25) } }
            : null;
        var start = time.GetUtcNow();

        await time.AdvanceUntilAsync(engine.SucceedAsync(), TimeSpan.FromMilliseconds(500));

        (time.GetUtcNow() - start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(25));
        engine.Place.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_pause_that_is_too_long_to_sit_out_is_the_caller_s()
    {
        Place.Add("model.gguf", 100);
        Place.Script = _ => new ScriptedPlace.Fault { Failure = new ModelFailure(FailureKind.Throttled, "429") { RetryAfter = TimeSpan.FromHours(1) } };

        (await _engine.FailAsync()).RetryAfter.ShouldBe(TimeSpan.FromHours(1));

        Place.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_stalls_is_opened_again()
    {
        var time = new ManualTime();
        using var engine = new EngineUnderTest { Time = time, Options = new TransferOptions { PartSizeBytes = Part } };
        engine.Place.Add("model.gguf", 3 * Part);
        engine.Place.Script = request => request.Number == 1 ? new ScriptedPlace.Fault { Until = new TaskCompletionSource().Task } : null;

        await time.AdvanceUntilAsync(engine.SucceedAsync(), TimeSpan.FromSeconds(1));

        engine.Place.Served.ShouldBe(3 * Part);
    }

    [Fact]
    public async Task The_end_of_a_slow_range_is_taken_over()
    {
        const int Large = 8 * 1024 * 1024;
        var release = new TaskCompletionSource();
        var time = new ManualTime();
        using var engine = new EngineUnderTest { Time = time, Options = new TransferOptions { PartSizeBytes = Large, StallTimeout = TimeSpan.FromDays(1) } };
        engine.Place.Add("model.gguf", 2 * Large);
        engine.Place.Script = request => request.Offset == 0 ? new ScriptedPlace.Fault { Until = release.Task } : null;

        var run = engine.SucceedAsync();
        await time.AdvanceUntilAsync(() => engine.Place.Served >= (2 * Large) - (2 * 1024 * 1024), TimeSpan.FromMilliseconds(300));
        release.SetResult();
        await time.AdvanceUntilAsync(run, TimeSpan.FromMilliseconds(300));

        engine.Place.Requests.Count.ShouldBeGreaterThan(2);
        engine.Place.Requests.Count(request => request.Offset == 0).ShouldBe(1);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4 * Part)]
    public async Task A_wrong_byte_is_found_and_read_again(int size)
    {
        var bytes = Place.Add("model.gguf", size);
        Place.Script = request => request.Number == 1 ? new ScriptedPlace.Fault { WrongByteAt = request.Offset + 500 } : null;

        var done = await _engine.SucceedAsync();

        (await File.ReadAllBytesAsync(done.Files[0].LocalPath, TestContext.Current.CancellationToken)).ShouldBe(bytes);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4 * Part)]
    public async Task Bytes_that_are_always_wrong_are_never_taken(int size)
    {
        Place.Add("model.gguf", size);
        Place.Script = _ => new ScriptedPlace.Fault { WrongByteAt = 500 };

        var failure = await _engine.FailAsync();

        failure.Kind.ShouldBe(FailureKind.Corrupt);
        failure.Message.ShouldContain("model.gguf");
        Place.Served.ShouldBe(2 * size);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(6 * Part)]
    public async Task Bytes_that_change_on_the_way_end_the_transfer(int size)
    {
        Place.Add("model.gguf", size);
        Place.Script = request => request.Number == 1 ? new ScriptedPlace.Fault { CutAfter = 300 } : new ScriptedPlace.Fault { Validator = "\"other\"" };

        (await _engine.FailAsync()).Kind.ShouldBe(FailureKind.Changed);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(1100)]
    public async Task A_size_that_is_not_the_announced_one_ends_the_transfer(int size)
    {
        Place.Add("model.gguf", 1000, file => file with { SizeBytes = size, Digest = null });

        (await _engine.FailAsync()).Kind.ShouldBe(FailureKind.Changed);
    }

    [Fact]
    public async Task More_bytes_than_were_announced_are_not_taken()
    {
        Place.Add("model.gguf", 1000, file => file with { SizeBytes = 900, Digest = null });
        Place.Script = _ => new ScriptedPlace.Fault { Size = 900 };

        var failure = await _engine.FailAsync();

        (failure.Kind, failure.Message).ShouldBe((FailureKind.Changed, "model.gguf is longer than the 900 bytes that were announced."));
    }

    [Fact]
    public async Task A_limit_of_the_rate_is_kept()
    {
        var time = new ManualTime();
        using var engine = new EngineUnderTest { Time = time, Options = new TransferOptions { PartSizeBytes = Part, BytesPerSecond = Part } };
        engine.Place.Add("model.gguf", 10 * Part);
        var start = time.GetUtcNow();

        await time.AdvanceUntilAsync(engine.SucceedAsync(), TimeSpan.FromMilliseconds(100));

        (time.GetUtcNow() - start).ShouldBeGreaterThan(TimeSpan.FromSeconds(8));
    }
}
