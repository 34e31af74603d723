using LlmKube.Agent.Reports;
using LlmKube.Models.Memory;
using LlmKube.Resources;
using LlmKube.Resources.V1Alpha1;

namespace LlmKube.Agent.Memory;

/// <summary>Decides how many more processes of a service fit into memory, and says the sum when none does. No I/O.</summary>
internal static class MemoryCheck
{
    /// <summary>Room for more processes, and what to say to those for which there is none.</summary>
    /// <param name="need">What one replica needs; its weights are mapped from the file, so replicas of one file share them.</param>
    /// <param name="machine">The machine's memory now.</param>
    /// <param name="hardware">The model's own limits.</param>
    /// <param name="weightsAreLoaded">Whether a process that serves the same file runs already.</param>
    /// <param name="reservedBytes">What processes that are still loading will take.</param>
    public static (int Room, Refusal Refusal) RoomFor(MemoryEstimate need, MachineMemory machine, HardwareSpec? hardware, bool weightsAreLoaded, long reservedBytes)
    {
        var free = Math.Max(0, machine.AvailableBytes - reservedBytes);
        var limit = LimitOf(hardware, machine);
        var first = weightsAreLoaded ? need.TotalBytes - need.WeightsBytes : need.TotalBytes;
        var next = Math.Max(1, need.TotalBytes - need.WeightsBytes);
        var fits = need.TotalBytes <= limit && first <= free;
        var room = fits ? 1 + (int)Math.Min(100, (free - first) / next) : 0;
        var has = limit < machine.TotalBytes && need.TotalBytes > limit
            ? $"the Model allows {MemoryEstimate.Print(limit)}"
            : $"{MemoryEstimate.Print(free)} of {MemoryEstimate.Print(machine.TotalBytes)} are free";
        return (room, new Refusal(
            ServiceReasons.InsufficientMemory,
            $"A replica needs {need}, and {has}. Set a smaller spec.contextSize, use a more quantized file or cacheTypeK/cacheTypeV q8_0, ask for fewer replicas, or free memory."));
    }

    /// <summary>The declared budget, or the declared fraction of the machine, or all of it.</summary>
    private static long LimitOf(HardwareSpec? hardware, MachineMemory machine) =>
        Quantity.TryParse(hardware?.MemoryBudget, out var budget) ? budget.RoundedUp
        : hardware?.MemoryFraction is > 0 and <= 1 and var fraction ? (long)(machine.TotalBytes * fraction)
        : machine.TotalBytes;
}
