using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Benchmarks.Load;

/// <summary>
/// Reads when a .NET process stood still for its collector, out of the trace file that the runtime writes when its
/// environment asks for one. The format is NetTrace version 4 (dotnet/diagnostics, "NetTraceFormat"): objects with a
/// name, of which metadata blocks say what an event is and event blocks hold them with compressed headers.
/// </summary>
internal sealed class RuntimeTrace
{
    private const string RuntimeProvider = "Microsoft-Windows-DotNETRuntime";
    private const string CollectorKeyword = "0x1:4";

    // Events of the runtime's provider.
    private const int RestartEnd = 3;
    private const int SuspendBegin = 9;
    private const int CollectionStart = 1;

    private const int FileHeaderLength = 32;
    private const byte BeginObject = 5;
    private const int TraceQpcOffset = 16;

    private readonly byte[] _file;
    private readonly Dictionary<uint, (string Provider, int Id)> _events = [];
    private readonly List<double> _pausesMs = [];
    private readonly int[] _collections = new int[3];
    private readonly double[] _longestMs = new double[3];
    private long _ticksPerSecond = 1;
    private long _suspendedAt = -1;
    private int _generation = -1;

    private RuntimeTrace(byte[] file) => _file = file;

    /// <summary>How long each pause was, in milliseconds, in order.</summary>
    public IReadOnlyList<double> PausesMs => _pausesMs;

    /// <summary>How many collections there were of each generation.</summary>
    public IReadOnlyList<int> Collections => _collections;

    /// <summary>The longest pause for a collection of each generation, in milliseconds.</summary>
    public IReadOnlyList<double> LongestMs => _longestMs;

    /// <summary>What a process has to find in its environment to write such a file.</summary>
    public static Dictionary<string, string> EnvironmentFor(string path) => new()
    {
        ["DOTNET_EnableEventPipe"] = "1",
        ["DOTNET_EventPipeConfig"] = $"{RuntimeProvider}:{CollectorKeyword}",
        ["DOTNET_EventPipeOutputPath"] = path,
        ["DOTNET_EventPipeOutputStreaming"] = "1",
    };

    /// <summary>Reads a whole file.</summary>
    public static RuntimeTrace Read(string path)
    {
        var trace = new RuntimeTrace(File.ReadAllBytes(path));
        trace.ReadObjects();
        return trace;
    }

    private void ReadObjects()
    {
        int position = FileHeaderLength;
        while (position < _file.Length && _file[position] == BeginObject)
        {
            // Tags of object and type, no base type, version, oldest reader.
            int nameLength = Int32(position + 11);
            string name = Encoding.ASCII.GetString(_file, position + 15, nameLength);
            position += 15 + nameLength + 1;
            if (name == "Trace")
            {
                _ticksPerSecond = BinaryPrimitives.ReadInt64LittleEndian(_file.AsSpan(position + TraceQpcOffset + 8));
                position += 48;
            }
            else
            {
                int length = Int32(position);
                int start = (position + 4 + 3) & ~3;
                if (start + length > _file.Length)
                    return;
                if (name is "MetadataBlock" or "EventBlock")
                    ReadBlock(_file.AsSpan(start, length), name == "MetadataBlock");
                position = start + length;
            }

            // The end of the object.
            position++;
        }
    }

    private void ReadBlock(ReadOnlySpan<byte> block, bool isMetadata)
    {
        int position = BinaryPrimitives.ReadInt16LittleEndian(block);
        bool isCompressed = (block[2] & 1) != 0;
        if (!isCompressed)
            throw new InvalidOperationException("a trace with event headers that are not compressed");

        var header = default(EventHeader);
        while (position < block.Length)
        {
            header.Read(block, ref position);
            ReadOnlySpan<byte> payload = block.Slice(position, header.PayloadLength);
            position += header.PayloadLength;
            if (isMetadata)
                AddMetadata(payload);
            else if (_events.TryGetValue(header.MetadataId, out (string Provider, int Id) known) &&
                known.Provider == RuntimeProvider)
                Take(known.Id, header.Timestamp, payload);
        }
    }

    private void AddMetadata(ReadOnlySpan<byte> payload)
    {
        uint metadataId = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(payload[4..]);
        int length = text.IndexOf('\0');
        int eventId = BinaryPrimitives.ReadInt32LittleEndian(payload[(4 + (2 * (length + 1)))..]);
        _events[metadataId] = (text[..length].ToString(), eventId);
    }

    private void Take(int eventId, long timestamp, ReadOnlySpan<byte> payload)
    {
        switch (eventId)
        {
            case SuspendBegin:
                _suspendedAt = timestamp;
                _generation = -1;
                break;
            case CollectionStart:
                _generation = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
                break;
            case RestartEnd when _suspendedAt >= 0:
                double pauseMs = (timestamp - _suspendedAt) * 1e3 / _ticksPerSecond;
                _pausesMs.Add(pauseMs);
                _suspendedAt = -1;

                // Others than the collector stop threads as well, for compiled code that is replaced.
                if (_generation >= 0)
                {
                    int generation = Math.Min(_generation, 2);
                    _collections[generation]++;
                    _longestMs[generation] = Math.Max(_longestMs[generation], pauseMs);
                }
                break;
        }
    }

    private int Int32(int position) => BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(position));

    /// <summary>The header of an event, of which each writes only what differs from the one before it.</summary>
    private struct EventHeader
    {
        public uint MetadataId;
        public long Timestamp;
        public int PayloadLength;

        public void Read(ReadOnlySpan<byte> block, ref int position)
        {
            byte flags = block[position++];
            if ((flags & 1) != 0)
                MetadataId = (uint)ReadNumber(block, ref position);
            if ((flags & 2) != 0)
            {
                // Sequence number, capturing thread, processor.
                for (int i = 0; i < 3; i++)
                    ReadNumber(block, ref position);
            }

            if ((flags & 4) != 0)
                ReadNumber(block, ref position);
            if ((flags & 8) != 0)
                ReadNumber(block, ref position);
            Timestamp += (long)ReadNumber(block, ref position);
            position += (flags & 16) != 0 ? 16 : 0;
            position += (flags & 32) != 0 ? 16 : 0;
            if ((flags & 128) != 0)
                PayloadLength = (int)ReadNumber(block, ref position);
        }

        private static ulong ReadNumber(ReadOnlySpan<byte> block, ref int position)
        {
            ulong number = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = block[position++];
                number |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                    return number;
            }
        }
    }
}
