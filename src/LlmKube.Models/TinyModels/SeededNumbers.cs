namespace LlmKube.Models.TinyModels;

/// <summary>Random numbers that are the same for a seed on every machine and every .NET version.</summary>
internal sealed class SeededNumbers(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The SplitMix64 step.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Bell-shaped around 0 with deviation 1: a sum of uniform numbers, because logarithms may differ by platform.</summary>
    public float NextNormal()
    {
        var bits = Next();
        var sum = 0;
        for (var i = 0; i < 4; i++)
        {
            sum += (int)((bits >> (16 * i)) & 0xffff);
        }

        return ((sum / 65536f) - 2f) * 1.7320508f;
    }

    public float[] Normals(int count, float deviation)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = NextNormal() * deviation;
        }

        return numbers;
    }
}
