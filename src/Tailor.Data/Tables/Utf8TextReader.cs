using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Tailor.Foundation;

namespace Tailor.Data;

/// <summary>
/// Decodes a UTF-8 file in blocks and refuses what a text table must not hold, naming the byte: invalid sequences and NUL bytes. It also bounds how many characters
/// one record may take, so that a quote that is never closed cannot draw a whole file into memory.
/// </summary>
internal sealed class Utf8TextReader : TextReader
{
    private const int BlockSize = 1 << 16;
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly long _maxRecordLength;
    private readonly byte[] _bytes = new byte[BlockSize];
    private readonly char[] _chars = new char[BlockSize];
    private int _byteCount;
    private long _byteOffset;
    private int _charPosition;
    private int _charCount;
    private long _decodedLines;
    private long _recordLine = 1;
    private long _recordLength;
    private bool _ended;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxRecordLength">The most characters that may be read between two calls of <see cref="StartRecord"/>.</param>
    /// <exception cref="InputException">The file is missing, is a folder, cannot be opened, or is empty.</exception>
    public Utf8TextReader(string path, long maxRecordLength)
    {
        _path = path;
        _maxRecordLength = maxRecordLength;
        _stream = BoundedFile.Open(path);
        SkipByteOrderMark();
    }

    /// <summary>The characters at the start of what is not read yet; at the start of the file at least the first line, or 65,536 characters of it.</summary>
    public ReadOnlySpan<char> Upcoming
    {
        get
        {
            Fill();
            return _chars.AsSpan(_charPosition, _charCount - _charPosition);
        }
    }

    /// <summary>Says that a record begins, so that its length is counted anew.</summary>
    /// <param name="line">The 1-based line on which it begins.</param>
    public void StartRecord(long line)
    {
        _recordLine = line;
        _recordLength = 0;
    }

    /// <inheritdoc/>
    public override int Peek() => Fill() ? _chars[_charPosition] : -1;

    /// <inheritdoc/>
    public override int Read()
    {
        Span<char> one = stackalloc char[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        if (buffer.IsEmpty || !Fill())
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _charCount - _charPosition);
        _chars.AsSpan(_charPosition, count).CopyTo(buffer);
        Advance(count);
        return count;
    }

    /// <inheritdoc/>
    public override string? ReadLine()
    {
        if (!Fill())
        {
            return null;
        }

        StringBuilder? parts = null;
        do
        {
            ReadOnlySpan<char> rest = _chars.AsSpan(_charPosition, _charCount - _charPosition);
            int end = rest.IndexOf('\n');
            ReadOnlySpan<char> part = end < 0 ? rest : rest[..end];
            if (end >= 0 && parts is null)
            {
                string line = new(part.TrimEnd('\r'));
                Advance(end + 1);
                return line;
            }

            (parts ??= new StringBuilder()).Append(part);
            Advance(end < 0 ? rest.Length : end + 1);
            if (end >= 0)
            {
                break;
            }
        }
        while (Fill());
        return parts.ToString().TrimEnd('\r');
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Advance(int count)
    {
        _charPosition += count;
        _recordLength += count;
        if (_recordLength > _maxRecordLength + BlockSize)
        {
            throw InputException.At(_path, $"the record that starts here is longer than {_maxRecordLength:N0} characters", "is a quote never closed?", _recordLine);
        }
    }

    /// <summary>Sees to it that a character is there, and says whether one is.</summary>
    private bool Fill()
    {
        while (_charPosition == _charCount)
        {
            if (_ended)
            {
                return false;
            }

            if (_byteCount < _bytes.Length)
            {
                _ended = !ReadBytes();
            }

            Decode();
        }

        return true;
    }

    private void SkipByteOrderMark()
    {
        while (_byteCount < 3 && ReadBytes())
        {
        }

        ReadOnlySpan<byte> start = _bytes.AsSpan(0, _byteCount);
        if (start.IsEmpty)
        {
            throw InputException.At(_path, "the file is empty", "give a table with a header line and rows");
        }

        if (start is [0xEF, 0xBB, 0xBF, ..])
        {
            Consume(3);
        }
    }

    private bool ReadBytes()
    {
        int read = _stream.Read(_bytes, _byteCount, _bytes.Length - _byteCount);
        if (_byteOffset == 0 && _byteCount == 0 && _bytes.AsSpan(0, read) is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw InputException.At(_path, "the file is UTF-16 (by its first two bytes)", "save it as UTF-8");
        }

        int zero = _bytes.AsSpan(_byteCount, read).IndexOf((byte)0);
        if (zero >= 0)
        {
            int position = _byteCount + zero;
            throw InputException.At(
                _path,
                $"NUL byte at byte offset {_byteOffset + position}",
                "a text table holds none: is this a binary file, or a damaged one?",
                _decodedLines + 1 + _bytes.AsSpan(0, position).Count((byte)'\n'));
        }

        _byteCount += read;
        return read > 0;
    }

    private void Decode()
    {
        OperationStatus status = Utf8.ToUtf16(_bytes.AsSpan(0, _byteCount), _chars, out int bytesRead, out int written, replaceInvalidSequences: false, isFinalBlock: _ended);
        ReadOnlySpan<char> decoded = _chars.AsSpan(0, written);
        _decodedLines += decoded.Count('\n');
        if (status == OperationStatus.InvalidData)
        {
            throw InputException.At(
                _path,
                $"invalid UTF-8 at byte offset {_byteOffset + bytesRead} (byte 0x{_bytes[bytesRead]:X2})",
                "save the file as UTF-8 (for instance: iconv -f latin1 -t utf-8)",
                _decodedLines + 1);
        }

        Consume(bytesRead);
        (_charPosition, _charCount) = (0, written);
    }

    private void Consume(int count)
    {
        _bytes.AsSpan(count, _byteCount - count).CopyTo(_bytes);
        _byteCount -= count;
        _byteOffset += count;
    }
}
