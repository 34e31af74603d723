using System.Text.Json.Nodes;
using LlmKube.ApiServer.Schemas;

namespace LlmKube.ApiServer.Tables;

/// <summary>The columns of volumes, claims and storage classes.</summary>
internal static class StorageColumns
{
    public static IReadOnlyList<Column> Claim { get; } =
    [
        Column.ObjectName,
        Column.Text("Status", claim => Column.At(claim, "metadata", "deletionTimestamp") is null ? CellText.Of(Column.At(claim, "status", "phase")) : "Terminating"),
        Column.Text("Volume", claim => CellText.Of(Column.At(claim, "spec", "volumeName")) ?? ""),
        Column.Text("Capacity", claim => CellText.Of(Column.At(claim, "status", "capacity", "storage")) ?? ""),
        Column.Text("Access Modes", claim => AccessModes(Column.At(claim, "status", "accessModes"))),
        Column.Text("StorageClass", claim => CellText.Of(Column.At(claim, "spec", "storageClassName")) ?? ""),
        Column.Text("VolumeAttributesClass", claim => CellText.Of(Column.At(claim, "spec", "volumeAttributesClassName")) ?? "<unset>"),
        Column.Age,
        Column.Wide("VolumeMode", claim => CellText.Of(Column.At(claim, "spec", "volumeMode")) ?? "<unset>"),
    ];

    public static IReadOnlyList<Column> Volume { get; } =
    [
        Column.ObjectName,
        Column.Text("Capacity", volume => CellText.Of(Column.At(volume, "spec", "capacity", "storage")) ?? ""),
        Column.Text("Access Modes", volume => AccessModes(Column.At(volume, "spec", "accessModes"))),
        Column.Text("Reclaim Policy", volume => CellText.Of(Column.At(volume, "spec", "persistentVolumeReclaimPolicy"))),
        Column.Text("Status", volume => Column.At(volume, "metadata", "deletionTimestamp") is null ? CellText.Of(Column.At(volume, "status", "phase")) : "Terminating"),
        Column.Text("Claim", volume => Column.At(volume, "spec", "claimRef") is { } claim ? $"{CellText.Of(Column.At(claim, "namespace"))}/{CellText.Of(Column.At(claim, "name"))}" : ""),
        Column.Text("StorageClass", volume => CellText.Of(Column.At(volume, "spec", "storageClassName")) ?? ""),
        Column.Text("VolumeAttributesClass", volume => CellText.Of(Column.At(volume, "spec", "volumeAttributesClassName")) ?? "<unset>"),
        Column.Text("Reason", volume => CellText.Of(Column.At(volume, "status", "reason")) ?? ""),
        Column.Age,
        Column.Wide("VolumeMode", volume => CellText.Of(Column.At(volume, "spec", "volumeMode")) ?? "<unset>"),
    ];

    public static IReadOnlyList<Column> StorageClass { get; } =
    [
        Column.ObjectName,
        Column.Text("Provisioner", storage => CellText.Of(storage["provisioner"])),
        Column.Text("ReclaimPolicy", storage => CellText.Of(storage["reclaimPolicy"]) ?? "Delete"),
        Column.Text("VolumeBindingMode", storage => CellText.Of(storage["volumeBindingMode"]) ?? "Immediate"),
        new Column("AllowVolumeExpansion", "boolean", 0, (storage, _) => JsonTypes.Flag(storage["allowVolumeExpansion"]) ?? false),
        Column.Age,
    ];

    private static string AccessModes(JsonNode? modes) => string.Join(',', (modes as JsonArray ?? []).Select(mode => CellText.Of(mode) switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));
}
