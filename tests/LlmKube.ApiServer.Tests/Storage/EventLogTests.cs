using LlmKube.ApiServer.Storage;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Storage;

/// <summary>The history that watches resume from.</summary>
public sealed class EventLogTests
{
    [Fact]
    public void A_reader_gets_what_came_after_its_revision_and_then_what_comes()
    {
        var log = new EventLog(1, 10);
        Append(log, 2, 3, 4);

        var cursor = log.Read(2)!;

        cursor.TryRead()!.Revision.ShouldBe(3);
        cursor.TryRead()!.Revision.ShouldBe(4);
        cursor.TryRead().ShouldBeNull();
        Append(log, 9);
        cursor.TryRead()!.Revision.ShouldBe(9);
    }

    [Fact]
    public void What_no_longer_fits_is_forgotten_for_those_who_resume_but_not_for_those_who_read()
    {
        var log = new EventLog(1, 3);
        var early = log.Read(1)!;
        Append(log, 2, 3, 4, 5, 6);

        log.Read(2).ShouldBeNull();
        log.Read(3)!.TryRead()!.Revision.ShouldBe(4);
        early.TryRead()!.Revision.ShouldBe(2);
    }

    [Fact]
    public void Expired_history_is_gone_and_open_readers_hear_of_it_when_asked_to()
    {
        var log = new EventLog(1, 10);
        Append(log, 2, 3);
        var open = log.Read(3)!;

        log.Expire(3, cutOpen: false);
        open.Expired.ShouldBeFalse();
        log.Read(2).ShouldBeNull();
        log.Read(3).ShouldNotBeNull();

        log.Expire(3, cutOpen: true);
        open.Expired.ShouldBeTrue();
        Append(log, 4);
        open.TryRead()!.Revision.ShouldBe(4);
    }

    [Fact]
    public async Task A_waiting_reader_wakes_when_something_is_appended()
    {
        var log = new EventLog(1, 10);
        var cursor = log.Read(1)!;
        var waiting = cursor.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None);
        waiting.IsCompleted.ShouldBeFalse();

        Append(log, 2);

        await waiting;
        cursor.TryRead()!.Revision.ShouldBe(2);
    }

    private static void Append(EventLog log, params ReadOnlySpan<int> revisions)
    {
        foreach (var revision in revisions)
        {
            var stored = StoredObject.Freeze(TestStores.Key("a"), revision, TestStores.Thing("a", revision));
            log.Append(new StoreEvent(StoreEventKind.Modified, stored, null));
        }
    }
}
