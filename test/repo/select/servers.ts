import type { CodeFile } from '../../../src/repo/select/index.ts';

/** Four small MCP servers as people write them, one for each language, each with its tests and documents beside it. */

export const pythonLibrary: CodeFile[] = [
  { path: 'README.md', text: '# Library\n\nSearch the catalogue, reserve books, pay fines.\n' },
  {
    path: 'src/library_mcp/server.py',
    text: `from mcp.server.fastmcp import FastMCP

from library_mcp.catalogue import Catalogue
from library_mcp.loans import Loans

mcp = FastMCP("library")


@mcp.tool()
async def search_books(query: str) -> list[dict]:
    """Search the catalogue by title or author."""
    return [book.as_dict() for book in await Catalogue().search(query)]


@mcp.tool(name="reserve_book")
async def reserve(book_id: str, reader_id: str) -> str:
    """Reserve a book for a reader."""
    loan = await Loans().reserve(book_id, reader_id)
    return f"reserved until {loan.due}"
`,
  },
  {
    path: 'src/library_mcp/catalogue.py',
    text: `from .http import LibraryClient
from .models import Book


class Catalogue:
    async def search(self, query: str) -> list[Book]:
        rows = await LibraryClient().get("/books", {"q": query})
        return [Book(**row) for row in rows]
`,
  },
  {
    path: 'src/library_mcp/loans.py',
    text: `from .http import LibraryClient
from .models import Loan


class Loans:
    async def reserve(self, book_id: str, reader_id: str) -> Loan:
        return Loan(**await LibraryClient().post("/loans", {"book": book_id, "reader": reader_id}))
`,
  },
  {
    path: 'src/library_mcp/http.py',
    text: `import httpx


class LibraryClient:
    async def get(self, path: str, params: dict) -> list:
        async with httpx.AsyncClient() as client:
            return (await client.get(path, params=params)).json()

    async def post(self, path: str, body: dict) -> dict:
        async with httpx.AsyncClient() as client:
            return (await client.post(path, json=body)).json()
`,
  },
  {
    path: 'src/library_mcp/models.py',
    text: 'class Book:\n    title: str\n    shelf: str\n\n\nclass Loan:\n    due: str\n',
  },
  { path: 'src/library_mcp/__init__.py', text: '' },
  { path: 'tests/test_catalogue.py', text: 'def test_search_books_by_author():\n    assert True\n' },
];

export const typescriptNotes: CodeFile[] = [
  { path: 'package.json', text: '{"name": "notes-mcp", "type": "module"}\n' },
  {
    path: 'src/index.ts',
    text: `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { registerNotebooks } from './tools/notebooks.js';
import { registerNotes } from './tools/notes.js';

const server = new McpServer({ name: 'notes', version: '1.0.0' });
registerNotes(server);
registerNotebooks(server);
`,
  },
  {
    path: 'src/tools/notes.ts',
    text: `import { z } from 'zod';
import { NotesApi } from '../api/notesApi.js';

export function registerNotes(server: McpServer) {
  server.registerTool(
    'list_notes',
    { description: 'List the notes of a notebook', inputSchema: { notebook: z.string() } },
    async ({ notebook }) => text(await new NotesApi().listNotes(notebook)),
  );
  server.registerTool(
    'create_note',
    { description: 'Create a note', inputSchema: { notebook: z.string(), body: z.string() } },
    async ({ notebook, body }) => text(await new NotesApi().createNote(notebook, body)),
  );
}
`,
  },
  {
    path: 'src/tools/notebooks.ts',
    text: `import { NotesApi } from '../api/notesApi.js';

export function registerNotebooks(server: McpServer) {
  server.tool('list_notebooks', async () => text(await new NotesApi().listNotebooks()));
}
`,
  },
  {
    path: 'src/api/notesApi.ts',
    text: `export class NotesApi {
  async listNotes(notebook: string) {
    return this.get('/notes', { notebook });
  }

  async createNote(notebook: string, body: string) {
    return this.post('/notes', { notebook, body });
  }

  async listNotebooks() {
    return this.get('/notebooks', {});
  }
}
`,
  },
  {
    path: 'src/tools/notes.test.ts',
    text: "import { registerNotes } from './notes.js';\ntest('lists notes', () => {});\n",
  },
  { path: 'dist/index.js', text: 'server.tool("list_notes_built", () => {});\n' },
];

export const goTickets: CodeFile[] = [
  { path: 'go.mod', text: 'module github.com/example/tickets-mcp\n\ngo 1.24\n' },
  {
    path: 'main.go',
    text: `package main

import (
	"github.com/example/tickets-mcp/tools"
)

func main() {
	server := newServer()
	tools.AddTicketTools(server)
}
`,
  },
  {
    path: 'tools/tickets.go',
    text: `package tools

import (
	"context"

	"github.com/example/tickets-mcp/client"
)

type ListTicketsParams struct {
	Queue string \`json:"queue"\`
}

func listTickets(ctx context.Context, params ListTicketsParams) ([]client.Ticket, error) {
	return client.FetchTickets(ctx, params.Queue)
}

var ListTickets = mcp.NewTool("list_tickets", mcp.WithDescription("List the tickets of a queue"))

func AddTicketTools(server *Server) {
	server.AddTool(ListTickets, listTickets)
}
`,
  },
  {
    path: 'client/tickets.go',
    text: `package client

type Ticket struct {
	ID       string
	Priority int
}

func FetchTickets(ctx context.Context, queue string) ([]Ticket, error) {
	return get(ctx, "/tickets?queue="+queue)
}
`,
  },
  {
    path: 'client/retry.go',
    text: 'package client\n\nfunc retryLater(attempts int) bool {\n\treturn attempts < 3\n}\n',
  },
  { path: 'tools/tickets_test.go', text: 'package tools\n\nfunc TestListTickets(t *testing.T) {}\n' },
];

export const rustParcels: CodeFile[] = [
  { path: 'Cargo.toml', text: '[workspace]\nmembers = ["parcel-core", "server"]\n' },
  { path: 'parcel-core/Cargo.toml', text: '[package]\nauthors = ["[some] one"]\nname = "parcel-core"\n' },
  { path: 'parcel-core/src/lib.rs', text: 'pub mod tracking;\n' },
  {
    path: 'parcel-core/src/tracking.rs',
    text: `pub struct TrackingEvent {
    pub place: String,
}

pub async fn fetch_events(parcel: &str) -> Vec<TrackingEvent> {
    Vec::new()
}
`,
  },
  { path: 'server/Cargo.toml', text: '[package]\nname = "server"\n' },
  { path: 'server/src/main.rs', text: 'mod error;\nmod tools;\n\nfn main() {}\n' },
  { path: 'server/src/error.rs', text: 'pub enum ParcelError {\n    UnknownParcel,\n}\n' },
  {
    path: 'server/src/tools.rs',
    text: `use crate::error::ParcelError;
use parcel_core::tracking::{fetch_events, TrackingEvent};

#[tool_router]
impl Parcels {
    #[tool(
        name = "track_parcel",
        description = "Where is a parcel?"
    )]
    async fn track(&self, parcel: String) -> Result<Vec<TrackingEvent>, ParcelError> {
        Ok(fetch_events(&parcel).await)
    }

    #[tool(description = "Give a parcel back")]
    pub async fn return_parcel(&self, parcel: String) -> Result<(), ParcelError> {
        Err(ParcelError::UnknownParcel)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tracks_a_parcel() {}
}
`,
  },
];
