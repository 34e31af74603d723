using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LlmKube.Models.Formats.Safetensors;
using LlmKube.Models.Formats.Transformers;
using Shouldly;
using Xunit;

namespace LlmKube.Models.Tests.Formats.Safetensors;

public sealed class SafetensorsReaderTests
{
    private const string Good = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}""";

    [Fact]
    public async Task A_header_is_read_as_it_stands()
    {
        var header = (await ReadAsync(Good, 16)).ShouldBeOfType<SafetensorsReadResult.Read>().Header;

        (header.ParameterCount, header.MainType, header.Metadata["format"]).ShouldBe((7, "F16", "pt"));
        header.Tensors.Select(tensor => tensor.Name).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(Good, 15, "cut off")]
    [InlineData(Good, 17, "damaged")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,5]}}""", 5, "'a'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "lies over another")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,1]}}""", 1, "'a'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "'a'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "'a'")]
    [InlineData("""{"a":7}""", 0, "'a'")]
    [InlineData("[]", 0, "no JSON object")]
    [InlineData("{ ", 0, "no JSON")]
    public async Task What_does_not_fit_together_is_refused_with_the_reason(string header, int data, string said) =>
        (await ReadAsync(header, data)).ShouldBeOfType<SafetensorsReadResult.Failed>().Message.ShouldContain(said);

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(25_000_001UL)]
    [InlineData(0UL)]
    public async Task A_length_is_not_believed_before_it_is_checked(ulong length)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);

        (await SafetensorsReader.ReadAsync(new MemoryStream(bytes), bytes.Length, TestContext.Current.CancellationToken)).ShouldBeOfType<SafetensorsReadResult.Failed>();
    }

    [Fact]
    public void No_bytes_bring_it_down() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<int>(), (byte[] noise, int at) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Good);
            foreach (var (value, index) in noise.Select((value, index) => (value, index)))
            {
                bytes[(int)((uint)(at + (index * 7)) % bytes.Length)] = value;
            }

            SafetensorsReader.Parse(bytes, 16).ShouldNotBeNull();
            SafetensorsReader.Parse(noise, 16).ShouldNotBeNull();
            SafetensorsIndex.Parse(noise);
            SafetensorsIndex.Parse(bytes);
            TransformersConfig.Parse(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("""{"metadata":{"total_size":99},"weight_map":{"x":"b.safetensors","y":"a.safetensors","z":"a.safetensors"}}""", "a.safetensors b.safetensors", 99L)]
    [InlineData("""{"weight_map":{"x":"../../etc/passwd"}}""", null, null)]
    [InlineData("""{"weight_map":{"x":7}}""", null, null)]
    [InlineData("""{}""", null, null)]
    public void An_index_names_files_below_the_model(string json, string? files, long? total)
    {
        var index = SafetensorsIndex.Parse(Encoding.UTF8.GetBytes(json));

        (index is null ? null : string.Join(' ', index.Files), index?.TotalBytes).ShouldBe((files, total));
    }

    private static Task<SafetensorsReadResult> ReadAsync(string header, int data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        return SafetensorsReader.ReadAsync(new MemoryStream(bytes), bytes.Length, TestContext.Current.CancellationToken);
    }
}
