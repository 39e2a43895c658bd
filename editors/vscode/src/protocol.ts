// What the server offers beside the Language Server Protocol: lsp/explain.go.
import { RequestType, type Range } from 'vscode-languageclient/node';

export interface Rule {
  id: string;
  class: string;
  title: string;
  severity: string;
  confidence: string;
}

export interface Place {
  uri: string;
  file: string;
  range: Range;
  code: string;
  text: string;
}

export interface Finding {
  uri: string;
  fingerprint: string;
  severity: string;
  confidence: string;
  message: string;
  place: Place;
  steps: Place[];
  fixes: { title: string; caveat: string; refusal: string }[];
}

export interface Explanation {
  rule: Rule;
  cwe: number[];
  owasp: string[];
  page: string;
  finding?: Finding;
}

/** A rule, a finding of it, or what is found at a place. */
export interface About {
  rule?: string;
  uri?: string;
  fingerprint?: string;
  position?: { line: number; character: number };
}

export const explain = new RequestType<About, Explanation | null, void>('pavise/explain');
export const rules = new RequestType<object, Rule[], void>('pavise/rules');

export interface ScanResult {
  files: number;
  findings: number;
  complete: boolean;
}
