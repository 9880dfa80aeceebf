using Channel.Wire;
using RtcTests.Conformance;

namespace RtcTests.Fuzz;

/// <summary>Any bytes may be taken for a message; what is valid is readable to its end.</summary>
internal static class ChannelMessageFuzz
{
    private static readonly WireLayout[] Layouts = [.. Enum.GetValues<Release>().Select(WireLayout.For)];

    /// <summary>Returns whether the input is a message of some dialect; throws only on a defect.</summary>
    public static bool Fuzz(ReadOnlySpan<byte> input)
    {
        bool isMessage = false;
        foreach (WireLayout layout in Layouts)
        {
            isMessage |= Payload(input, layout);
        }
        return isMessage;
    }

    private static bool Payload(ReadOnlySpan<byte> input, WireLayout layout)
    {
        if (!Channel.Wire.Message.Message.TryRead(input, layout, out var message, out WireDefect defect))
        {
            return defect.Kind == WireDefectKind.None
                ? throw new InvalidOperationException("refused without a reason")
                : false;
        }
        var visitor = new CountingVisitor(layout, input.Length);
        WireWalk.Walk(message, visitor);
        return true;
    }

    /// <summary>Counts what is read: a short message that reads as a long one would be an amplifier.</summary>
    private sealed class CountingVisitor(WireLayout layout, int length) : IWireVisitor
    {
        private long _read;

        public bool Wants(int field) => layout.Slot(field) != 0;

        public int Variant(int field) => layout.Variant(field);

        public void BeginTable(string name) => Count(1);

        public void BeginVector(string name) => Count(0);

        public void End() => Count(0);

        public void Null(string name) => Count(0);

        public void Scalar<T>(string name, T? value)
            where T : struct => Count(0);

        public void Scalars<T>(string name, ReadOnlySpan<T> values)
            where T : unmanaged => Count(values.Length);

        public void Enum(string name, int map, byte? own) => Count(own is null || name.Length > 0 ? 0 : 1);

        public void Text(string name, ReadOnlySpan<byte> utf8, bool isPresent) => Count(utf8.Length);

        private void Count(long bytes)
        {
            _read += bytes;
            if (_read > 4L * length)
            {
                throw new InvalidOperationException("more was read than the message can hold");
            }
        }
    }
}
