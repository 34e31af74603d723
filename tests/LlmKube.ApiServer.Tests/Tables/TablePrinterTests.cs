using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;
using LlmKube.ApiServer.Tables;
using LlmKube.ApiServer.Tests.Schemas;
using Shouldly;
using Xunit;

namespace LlmKube.ApiServer.Tests.Tables;

/// <summary>Rows say what kubectl users expect to read.</summary>
public sealed class TablePrinterTests
{
    private static readonly TablePrinter s_printer = new(new FixedTime(DateTimeOffset.Parse("2024-05-02T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("Pod", """{"spec":{"containers":[{},{}]},"status":{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":2,"state":{"running":{}},"lastState":{"terminated":{"finishedAt":"2024-05-02T09:55:00Z"}}},{"ready":false,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}""", "a|1/2|CrashLoopBackOff|2 (5m ago)|24h")]
    [InlineData("Pod", """{"spec":{"containers":[{}]},"status":{"phase":"Pending"}}""", "a|0/1|Pending|0|24h")]
    [InlineData("Pod", """{"spec":{"containers":[{}],"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":0}}},{"state":{"running":{}}}]}}""", "a|0/1|Init:1/2|0|24h")]
    [InlineData("Pod", """{"spec":{"containers":[{}]},"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}""", "a|0/1|Completed|0|24h")]
    [InlineData("Node", """{"metadata":{"name":"a","creationTimestamp":"2024-05-01T10:00:00Z","labels":{"node-role.kubernetes.io/agent":""}},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1"}}}""", "a|Ready|agent|24h|v1")]
    [InlineData("Service", """{"spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","ports":[{"port":80,"protocol":"TCP"},{"port":53,"nodePort":30053,"protocol":"UDP"}]}}""", "a|ClusterIP|10.0.0.1|<none>|80/TCP,53:30053/UDP|24h")]
    [InlineData("Deployment", """{"spec":{"replicas":3},"status":{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}}""", "a|1/3|2|1|24h")]
    [InlineData("Job", """{"spec":{"completions":1},"status":{"succeeded":1,"startTime":"2024-05-02T09:00:00Z","completionTime":"2024-05-02T09:00:30Z","conditions":[{"type":"Complete","status":"True"}]}}""", "a|Complete|1/1|30s|24h")]
    [InlineData("Event", """{"type":"Warning","reason":"Failed","message":"no\n","involvedObject":{"kind":"Pod","name":"p"},"lastTimestamp":"2024-05-02T09:59:50Z"}""", "10s|Warning|Failed|pod/p|no")]
    [InlineData("Namespace", """{"status":{"phase":"Active"}}""", "a|Active|24h")]
    [InlineData("Secret", """{"type":"Opaque","data":{"a":"","b":""}}""", "a|Opaque|2|24h")]
    [InlineData("ConfigMap", """{"data":{"a":""},"binaryData":{"b":""}}""", "a|2|24h")]
    [InlineData("PersistentVolumeClaim", """{"spec":{"volumeName":"v","storageClassName":"fast"},"status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}}""", "a|Bound|v|1Gi|RWO|fast|<unset>|24h")]
    [InlineData("EndpointSlice", """{"addressType":"IPv4","ports":[{"port":80}],"endpoints":[{"addresses":["1.1.1.1"]},{"addresses":["1.1.1.2"]},{"addresses":["1.1.1.3"]},{"addresses":["1.1.1.4"]}]}""", "a|IPv4|80|1.1.1.1,1.1.1.2,1.1.1.3 + 1 more...|24h")]
    [InlineData("Lease", """{"spec":{"holderIdentity":"me"}}""", "a|me|24h")]
    [InlineData("ResourceQuota", "{}", "a|24h")]
    [InlineData("CustomResourceDefinition", "{}", "a|2024-05-01T10:00:00Z")]
    public void A_built_in_kind_has_kubectls_columns(string kind, string json, string cells)
    {
        var obj = Kinds.Parse(json);
        obj["metadata"] ??= Kinds.Parse("""{"name":"a","creationTimestamp":"2024-05-01T10:00:00Z"}""");
        Cells(Kinds.BuiltIn(kind), obj, maxPriority: 0).ShouldBe(cells);
    }

    [Fact]
    public void A_crds_columns_come_from_its_definition()
    {
        var widget = Kinds.Widget("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""");
        var obj = Kinds.Parse("""{"metadata":{"name":"w","creationTimestamp":"2024-05-02T09:00:00Z"},"spec":{"replicas":3},"status":{"conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}]}}""");
        Cells(widget, obj, maxPriority: 0).ShouldBe("w|True|60m");
        Cells(widget, obj, maxPriority: 1).ShouldBe("w|True|3|60m");
        Cells(widget, Kinds.Parse("""{"metadata":{"name":"w"}}"""), maxPriority: 1).ShouldBe("w|null|null|null");
    }

    [Fact]
    public void A_row_carries_as_much_of_the_object_as_was_asked_for()
    {
        var obj = Kinds.Parse("""{"metadata":{"name":"a"},"data":{"k":"v"}}""");
        var kind = Kinds.BuiltIn("ConfigMap");
        s_printer.Print(kind, [obj], IncludeObject.None, isWatchRow: false)["rows"]![0]!["object"].ShouldBeNull();
        ((string?)s_printer.Print(kind, [obj], IncludeObject.Metadata, isWatchRow: false)["rows"]![0]!["object"]!["kind"]).ShouldBe("PartialObjectMetadata");
        ((string?)s_printer.Print(kind, [obj], IncludeObject.Object, isWatchRow: false)["rows"]![0]!["object"]!["data"]!["k"]).ShouldBe("v");
        s_printer.Print(kind, [obj], IncludeObject.None, isWatchRow: true)["columnDefinitions"].ShouldBeNull();
    }

    private static string Cells(ServedKind kind, JsonObject obj, int maxPriority)
    {
        var table = s_printer.Print(kind, [obj], IncludeObject.None, isWatchRow: false);
        var columns = table["columnDefinitions"]!.AsArray();
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        return string.Join('|', cells.Where((_, i) => (int)columns[i]!["priority"]! <= maxPriority).Select(cell => cell is null ? "null" : cell.ToString()));
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
