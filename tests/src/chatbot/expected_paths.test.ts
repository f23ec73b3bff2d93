import assert from "node:assert/strict";
import { test } from "node:test";
import type { Graph } from "../../../src/chatbot/graph/graph.ts";
import { draftVersion } from "../../../src/chatbot/graph/version.ts";
import { httpStub } from "../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../src/chatbot/simulation/simulate.ts";
import { NOW } from "./build.ts";
import { barber } from "./fixtures/barber.ts";
import { myChatbot } from "./fixtures/form_only.ts";
import { helpdesk } from "./fixtures/helpdesk.ts";
import { multiSector } from "./fixtures/multi_sector.ts";
import { restaurant } from "./fixtures/restaurant.ts";
import { sample } from "./fixtures/sample.ts";
import { serviceDesk } from "./fixtures/service_desk.ts";
import { ana } from "./fixtures/showcase.ts";
import { stock } from "./fixtures/stock.ts";

type Row = { graph: Graph; replies: string[]; path: string; stub?: unknown; end?: string };

const FORM = '{"berber_name":"Ali","date":"2026-03-03"}';
const DESK = "start-1 refresh-token fetch-requester welcome-msg main-menu";

const rows: { [name: string]: Row } = {
  sample: {
    graph: sample,
    replies: ["btn_tech"],
    path: "start-1 welcome-msg main-menu tech-response goodbye-msg",
  },
  "ana: barber": {
    graph: ana,
    replies: ["btn_demo", "demo_berber", FORM],
    path: "start_1 welcome_msg demo_button demo_list condition_demo berber_flow berber_success_msg",
  },
  "ana: clinic": {
    graph: ana,
    replies: ["btn_demo", "demo_klinik"],
    path: "start_1 welcome_msg demo_button demo_list condition_demo other_demo_redirect",
  },
  "barber: books": {
    graph: barber,
    replies: ["btn_hizmetler", "sac_kesim", "btn_evet", FORM],
    path: "start_1 welcome_msg main_menu hizmet_listesi hizmet_detay randevu_sor randevu_flow randevu_onay",
  },
  "barber: a button without an edge ends the run": {
    graph: barber,
    replies: ["btn_hizmetler", "sac_kesim", "btn_hayir"],
    path: "start_1 welcome_msg main_menu hizmet_listesi hizmet_detay randevu_sor",
  },
  "helpdesk: ticket": {
    graph: helpdesk,
    replies: ["btn-0", "Ayşe", "teknik", "Açılmıyor", "3"],
    path: "start q-main-menu q-name q-department q-issue q-priority msg-ticket-created msg-return-menu",
  },
  "helpdesk: faq, account": {
    graph: helpdesk,
    replies: ["btn-2", "hesap"],
    path: "start q-main-menu q-faq-category cond-faq msg-faq-hesap msg-return-menu",
  },
  "helpdesk: faq, other": {
    graph: helpdesk,
    replies: ["btn-2", "odeme"],
    path: "start q-main-menu q-faq-category cond-faq msg-faq-other msg-return-menu",
  },
  "multi-sector: shop, then again": {
    graph: multiSector,
    replies: ["btn_demolar", "demo_eticaret", FORM, "btn_evet"],
    path: "start_1 welcome_msg demo_intro_btn demo_list cond_berber cond_restoran cond_klinik cond_eticaret flow_eticaret msg_eticaret_onay end_question demo_list",
    end: "waiting waiting_for: answer",
  },
  "multi-sector: five conditions": {
    graph: multiSector,
    replies: ["btn_demolar", "demo_emlak", FORM, "btn_hayir"],
    path: "start_1 welcome_msg demo_intro_btn demo_list cond_berber cond_restoran cond_klinik cond_eticaret cond_emlak flow_emlak msg_emlak_onay end_question msg_goodbye",
  },
  "my chatbot": {
    graph: myChatbot,
    replies: [FORM],
    path: "start-1 8fe11ee9-0000-4000-8000-000000000001 478a4c4d-0000-4000-8000-000000000002 35eee718-0000-4000-8000-000000000003",
  },
  restaurant: {
    graph: restaurant,
    replies: ["Ada", "guests_4", "2026-04-01"],
    path: "start-1 question-1 question-2 question-3 rest-api-1 condition-1 success-msg",
  },
  "restaurant: API down": {
    graph: restaurant,
    replies: ["Ada", "guests_4", "2026-04-01"],
    stub: { "rest-api-1": { status: 500 } },
    path: "start-1 question-1 question-2 question-3 rest-api-1 error-msg",
  },
  "restaurant: typed text takes the default exit": {
    graph: restaurant,
    replies: ["Ada", "a whole bus", "2026-04-01"],
    path: "start-1 question-1 question-2 question-3 rest-api-1 condition-1 success-msg",
  },
  "stock: a loop through forms": {
    graph: stock,
    replies: ["btn_price", "{}", "btn_yes", "btn_stock", "{}", "btn_no"],
    path: "start-1 welcome-msg main-menu price-flow complete-msg continue-question main-menu stock-flow complete-msg continue-question goodbye-msg",
  },
  "service desk: new request, nothing to choose from": {
    graph: serviceDesk,
    replies: ["btn_new", "row", "Screen", "It is black", "btn_low", "btn_no"],
    path: `${DESK} fetch-categories select-category ask-subject ask-description ask-priority create-ticket ticket-success ask-continue goodbye-msg`,
  },
  "service desk: new request, from a dynamic list": {
    graph: serviceDesk,
    replies: ["btn_new", "c2", "Screen", "It is black", "btn_low", "btn_no"],
    stub: {
      "fetch-categories": {
        body: {
          service_categories: [
            { id: "c1", name: "Mail" },
            { id: "c2", name: "Hardware" },
          ],
        },
      },
    },
    path: `${DESK} fetch-categories select-category ask-subject ask-description ask-priority create-ticket ticket-success ask-continue goodbye-msg`,
  },
  "service desk: first API down": {
    graph: serviceDesk,
    replies: [],
    stub: { "refresh-token": { status: 503 } },
    path: "start-1 refresh-token token-error goodbye-msg",
  },
};

for (const [name, { graph, replies, path, stub, end = "completed flow_completed" }] of Object.entries(rows)) {
  test(`path of ${name}`, () => {
    const result = simulate(draftVersion(graph), replies, { now: NOW, stub: httpStub(stub) });
    assert.equal(result.path.join(" "), path);
    assert.equal(`${result.outcome} ${result.reason}`, end);
  });
}

test("answers reach the texts that follow", () => {
  const { said } = simulate(draftVersion(helpdesk), ["Talep Aç", "Ayşe", "Teknik", "Açılmıyor", "yuksek"], {
    now: NOW,
  });
  assert.equal(said.at(-2), "Ayşe için teknik talebi açıldı");
  const booked = simulate(draftVersion(barber), ["btn_randevu", FORM], { now: NOW });
  assert.equal(booked.said.at(-1), "With Ali");
});
